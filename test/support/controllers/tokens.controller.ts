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
import { Latches } from '../runner/latches.js';

/** Uses tokens in each way that an app can. All routes are for signed-in users. */
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

  @Get('stored-tokens')
  async storedTokens(@Req() request: Request): Promise<object> {
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

/** Public pages, with session data of the app. */
@Controller()
export class ShopController {
  constructor(private readonly latches: Latches) {}

  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  /** The same with an optional guard. */
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

  /** Waits for a latch before it writes to the session. */
  @Get('slow/:latch')
  async slow(@Req() request: Request, @Param('latch') name: string): Promise<string[]> {
    const latch = this.latches.find(name);
    if (!latch) throw new HttpException('There is no such latch.', 404);
    await latch.wait();
    return this.add(request, name);
  }
}
