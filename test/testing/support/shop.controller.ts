import { Body, Controller, Get, HttpCode, Param, Post, Put, Req, Session, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  AuthUser,
  IdTokenClaims,
  LogtoAcr,
  LogtoApiGuard,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  RequireAuthentication,
  RequireOrganization,
  RequireOrganizationRoles,
  RequireOrganizationScopes,
  RequireRecentSignIn,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';
import { resource } from '../../support/logto/issuer.js';

/** The routes of an app, each with one kind of protection. */
@Controller()
export class ShopController {
  constructor(private readonly logto: LogtoService) {}

  @Get('whoami')
  whoami(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('req-user')
  requestUser(@Req() request: Request): { sub: string | null } {
    return { sub: request.user?.claims?.sub ?? null };
  }

  @Get('account')
  @UseGuards(LogtoGuard)
  account(@AuthUser('claims') claims: IdTokenClaims): { sub: string } {
    return { sub: claims.sub };
  }

  @Post('account')
  @UseGuards(LogtoGuard)
  changeAccount(@AuthUser('claims') claims: IdTokenClaims): { sub: string } {
    return { sub: claims.sub };
  }

  @Get('admin')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  admin(): string {
    return 'admin';
  }

  @Get('orders')
  @UseGuards(LogtoGuard)
  @RequireScopes('read:orders', { resource })
  orders(): string {
    return 'orders';
  }

  @Get('organizations/:orgId')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ param: 'orgId' })
  organization(@Param('orgId') id: string): string {
    return id;
  }

  @Get('organizations/:orgId/settings')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationRoles('owner')
  settings(@Param('orgId') id: string): string {
    return id;
  }

  @Get('organizations/:orgId/invite')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ param: 'orgId' })
  @RequireOrganizationScopes('invite')
  invite(@Param('orgId') id: string): string {
    return id;
  }

  @Get('organizations/:orgId/orders')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ param: 'orgId' })
  @RequireScopes('read:orders', { resource })
  organizationOrders(@Param('orgId') id: string): string {
    return id;
  }

  @Get('delete-account')
  @UseGuards(LogtoGuard)
  @RequireRecentSignIn({ maxAge: 300 })
  deleteAccount(): string {
    return 'deleted';
  }

  @Get('payout')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  @RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
  payout(@AuthUser('claims') { acr, amr }: IdTokenClaims): object {
    return { acr, amr };
  }

  @Get('user-info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  userInfo(@AuthUser('userInfo') userInfo: LogtoContext['userInfo']): LogtoContext['userInfo'] {
    return userInfo;
  }

  @Get('access-token')
  @UseGuards(LogtoGuard)
  @WithLogto({ getAccessToken: true, resource })
  accessToken(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('tokens')
  @UseGuards(LogtoGuard)
  async tokens(@Req() request: Request): Promise<Record<string, unknown>> {
    return {
      resource: await this.logto.getAccessTokenClaims(request, { resource }),
      organization: await this.logto.getOrganizationTokenClaims(request, 'acme'),
      idToken: await this.logto.getIdToken(request),
    };
  }

  @Get('refreshed')
  @UseGuards(LogtoGuard)
  async refreshed(@Req() request: Request): Promise<LogtoContext> {
    await this.logto.refresh(request);
    return this.logto.getContext(request);
  }

  @Get('signed-out')
  async signedOut(@Req() request: Request): Promise<Record<string, boolean>> {
    const before = await this.logto.isAuthenticated(request);
    await this.logto.clearAllTokens(request);
    return { before, after: await this.logto.isAuthenticated(request) };
  }

  @Get('api')
  @UseGuards(LogtoApiGuard)
  api(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('api/orders')
  @UseGuards(LogtoApiGuard)
  @RequireScopes('read:orders')
  apiOrders(): string {
    return 'orders';
  }

  @Get('api/admin')
  @UseGuards(LogtoApiGuard)
  @RequireRoles('admin')
  apiAdmin(): string {
    return 'admin';
  }

  @Get('api/delete-account')
  @UseGuards(LogtoApiGuard)
  @RequireRecentSignIn({ maxAge: 300 })
  apiDeleteAccount(): string {
    return 'deleted';
  }

  @Get('api/organizations/:orgId')
  @UseGuards(LogtoApiGuard)
  @RequireOrganization({ param: 'orgId' })
  apiOrganization(@Param('orgId') id: string): string {
    return id;
  }

  @Get('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(@AuthUser('claims') claims: IdTokenClaims): { sub: string } {
    return { sub: claims.sub };
  }

  @Put('echo')
  echo(@Body() body: Record<string, string>): Record<string, string> {
    return body;
  }

  @Get('nothing')
  @HttpCode(204)
  nothing(): void {}

  @Post('cart')
  add(@Session() session: { cart?: string }): string {
    session.cart = 'a book';
    return session.cart;
  }

  @Get('cart')
  cart(@Session() session: { cart?: string }): { cart: string | null } {
    return { cart: session.cart ?? null };
  }
}
