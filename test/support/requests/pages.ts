import { Controller, Get, Req, Session, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard, UserInfoResponse, WithLogto } from 'nestjs-logto';

/** The pages of most apps in the specs: the user, a protected page, and session data of the app. */
@Controller()
export class PagesController {
  @Get()
  home(): string {
    return 'home';
  }

  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('protected')
  @UseGuards(LogtoGuard)
  hello(@AuthUser('claims') claims: IdTokenClaims): string {
    return `hello ${claims.sub}`;
  }

  @Get('user-info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  info(@AuthUser('userInfo') userInfo: UserInfoResponse): UserInfoResponse {
    return userInfo;
  }

  @Get('cart/add')
  add(@Session() session: { cart?: string }): string {
    session.cart = 'a book';
    return session.cart;
  }

  @Get('session')
  session(@Req() request: Request): { id: string; cart: string | null } {
    return { id: request.sessionID, cart: (request.session as { cart?: string }).cart ?? null };
  }
}
