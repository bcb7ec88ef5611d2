import { Controller, Get, HttpException, Param, Query, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  AuthUser,
  LogtoContext,
  LogtoGuard,
  LogtoService,
  OptionalAuth,
  WithLogto,
  type TokenTarget,
} from 'nestjs-logto';
import { Gates } from '../runner/gates.js';

/** Tokens as an app uses them, each route for signed-in users only. */
@Controller()
@UseGuards(LogtoGuard)
export class TokensController {
  constructor(private readonly logto: LogtoService) {}

  @Get('token')
  async token(@Req() request: Request, @Query() target: TokenTarget): Promise<{ token: string }> {
    return { token: await this.logto.getAccessToken(request, target) };
  }

  @Get('token-claims')
  claims(@Req() request: Request, @Query() target: TokenTarget): Promise<object> {
    return this.logto.getAccessTokenClaims(request, target);
  }

  @Get('organizations/:id/token')
  organization(@Req() request: Request, @Param('id') id: string): Promise<object> {
    return this.logto.getOrganizationTokenClaims(request, id);
  }

  @Get('organizations')
  @WithLogto({ getOrganizationToken: true })
  organizations(@AuthUser('organizationTokens') tokens: Record<string, string>): Record<string, string> {
    return tokens;
  }

  @Get('user-info')
  userInfo(@Req() request: Request): Promise<object> {
    return this.logto.fetchUserInfo(request);
  }

  @Get('user-info-twice')
  @WithLogto({ fetchUserInfo: true })
  async userInfoTwice(@Req() request: Request, @AuthUser() user: LogtoContext): Promise<unknown[]> {
    return [user.userInfo, await this.logto.fetchUserInfo(request)];
  }

  @Get('kept')
  async kept(@Req() request: Request): Promise<object> {
    return {
      idToken: await this.logto.getIdToken(request),
      refreshToken: await this.logto.getRefreshToken(request),
    };
  }

  @Get('refresh')
  async refresh(@Req() request: Request): Promise<LogtoContext> {
    await this.logto.refresh(request);
    return this.logto.getContext(request);
  }

  @Get('clear-access-token')
  clearAccessToken(@Req() request: Request): Promise<void> {
    return this.logto.clearAccessToken(request);
  }

  @Get('clear-all-tokens')
  async clearAllTokens(@Req() request: Request): Promise<LogtoContext> {
    await this.logto.clearAllTokens(request);
    return this.logto.getContext(request);
  }
}

/** Pages for everybody, with session data of the app's own. */
@Controller()
export class ShopController {
  constructor(private readonly gates: Gates) {}

  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  /** The same, decided by a guard. */
  @Get('me')
  @UseGuards(LogtoGuard)
  @OptionalAuth()
  me(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('cart')
  cart(@Req() { session }: Request): string[] {
    return (session as unknown as { cart?: string[] }).cart ?? [];
  }

  @Get('cart/add/:item')
  add(@Req() { session }: Request, @Param('item') item: string): string[] {
    const cart = session as unknown as { cart?: string[] };
    cart.cart = [...(cart.cart ?? []), item];
    return cart.cart;
  }

  /** Begins, waits at the gate, and only then writes to its session. */
  @Get('slow/:gate')
  async slow(@Req() request: Request, @Param('gate') name: string): Promise<string[]> {
    const gate = this.gates.find(name);
    if (!gate) throw new HttpException('no such gate', 404);
    await gate.pass();
    return this.add(request, name);
  }
}
