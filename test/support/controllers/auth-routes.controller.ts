import { Controller, Get, Query, Redirect, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoService } from 'nestjs-logto';

/** The sign-in routes of an app that writes its own, under `auth`, where the guard redirects to (`authRoutesPrefix`). */
@Controller('auth')
export class AuthRoutesController {
  constructor(private readonly logto: LogtoService) {}

  @Get('sign-in')
  @Redirect()
  async signIn(@Req() request: Request, @Query('returnTo') returnTo: string): Promise<{ url: string }> {
    return { url: (await this.logto.signIn(request, { returnTo, loginHint: 'ada' })).href };
  }

  @Get('sign-in-callback')
  @Redirect()
  async signInCallback(@Req() request: Request): Promise<{ url: string }> {
    return { url: (await this.logto.handleSignInCallback(request)).returnTo };
  }

  @Get('sign-out')
  @Redirect()
  async signOut(@Req() request: Request): Promise<{ url: string }> {
    return { url: (await this.logto.signOut(request)).href };
  }
}
