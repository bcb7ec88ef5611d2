import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard, LogtoService, WithLogto } from 'nestjs-logto';

/** Shows the user context in each way that a handler can get it. */
@Controller()
export class ContextController {
  constructor(private readonly logto: LogtoService) {}

  @Get('user')
  user(@AuthUser() user: LogtoContext): LogtoContext {
    return user;
  }

  @Get('members')
  members(
    @AuthUser('isAuthenticated') isAuthenticated: boolean,
    @AuthUser('claims') claims: IdTokenClaims | undefined,
    @AuthUser('accessToken') accessToken: string | undefined,
  ): unknown {
    return { isAuthenticated, sub: claims?.sub, accessToken };
  }

  @Get('guarded')
  @UseGuards(LogtoGuard)
  guarded(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }

  @Get('same')
  @UseGuards(LogtoGuard)
  async same(
    @AuthUser() user: LogtoContext,
    @AuthUser() again: LogtoContext,
    @Req() request: Request,
  ): Promise<boolean[]> {
    return [user === again, user === request.user, user === (await this.logto.getContext(request))];
  }

  @Get('info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  async info(@AuthUser() user: LogtoContext, @Req() request: Request): Promise<unknown> {
    const [fromService, again] = await Promise.all([
      this.logto.fetchUserInfo(request),
      this.logto.getContext(request, { fetchUserInfo: true }),
    ]);
    return { userInfo: user.userInfo, fromService, again: again.userInfo };
  }

  @Get('service')
  async service(@Req() request: Request): Promise<unknown> {
    return {
      isAuthenticated: await this.logto.isAuthenticated(request),
      sub: (await this.logto.getIdTokenClaims(request)).sub,
    };
  }
}
