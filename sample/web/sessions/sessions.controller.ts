import { Controller, Get, Param, Post, Redirect, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard, LogtoSessions } from 'nestjs-logto';
import { sessionsPage } from '../pages/sessions-page.js';

/** The user's sessions. The guard refuses forms that another site sends. */
@Controller('sessions')
@UseGuards(LogtoGuard)
export class SessionsController {
  constructor(private readonly sessions: LogtoSessions) {}

  /** The sessions of the user in this app, in all browsers. */
  @Get()
  async list(
    @AuthUser() user: LogtoContext,
    @AuthUser('claims') { sub }: IdTokenClaims,
    @Req() request: Request,
  ): Promise<string> {
    return sessionsPage(user, await this.sessions.find({ sub }, request));
  }

  /** Ends one session, if it belongs to this user. */
  @Post(':id/end')
  @Redirect('/sessions', 303)
  async end(@Param('id') id: string, @AuthUser('claims') { sub }: IdTokenClaims): Promise<void> {
    await this.sessions.end({ id, sub });
  }

  /** Ends all sessions but this one. */
  @Post('end-others')
  @Redirect('/sessions', 303)
  async endOthers(@AuthUser('claims') { sub }: IdTokenClaims, @Req() request: Request): Promise<void> {
    await this.sessions.end({ sub }, { except: request });
  }
}
