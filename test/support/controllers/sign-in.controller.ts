import { Controller, Get, Post, Query, Redirect, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoService } from 'nestjs-logto';

/** The sign-in routes of an app that writes its own with `LogtoService`. */
@Controller()
export class SignInController {
  constructor(private readonly logto: LogtoService) {}

  @Get('enter')
  @Redirect()
  async enter(@Req() request: Request, @Query('to') returnTo?: string): Promise<{ url: string }> {
    const redirectUri = `http://${request.headers.host}/entered`;
    return { url: (await this.logto.signIn(request, { returnTo, redirectUri })).href };
  }

  @Get('entered')
  @Redirect()
  async entered(@Req() request: Request): Promise<{ url: string }> {
    return { url: (await this.logto.handleSignInCallback(request)).returnTo };
  }

  @Post('leave')
  @Redirect()
  async leave(@Req() request: Request): Promise<{ url: string }> {
    return { url: (await this.logto.signOut(request)).href };
  }

  @Post('leave-here')
  @Redirect()
  async leaveHere(@Req() request: Request): Promise<{ url: string }> {
    const postSignOutRedirectUri = `http://${request.headers.host}/bye`;
    return { url: (await this.logto.signOut(request, { local: true, postSignOutRedirectUri })).href };
  }
}
