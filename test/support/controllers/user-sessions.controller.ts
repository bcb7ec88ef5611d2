import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, IdTokenClaims, LogtoGuard, LogtoSessions } from 'nestjs-logto';

/** A session as the controller lists it. */
export interface ListedSession {
  id: string;
  sub: string;
  sid?: string;
  signedInAt: string;
  lastSeenAt?: string;
  current: boolean;
}

/** The routes of an app on which users list and end their sessions. */
@Controller('sessions')
@UseGuards(LogtoGuard)
export class UserSessionsController {
  constructor(protected readonly sessions: LogtoSessions) {}

  @Get()
  list(@Req() request: Request, @AuthUser('claims') { sub }: IdTokenClaims): Promise<object[]> {
    return this.sessions.find({ sub }, request);
  }

  @Post('end-others')
  async endOthers(
    @Req() request: Request,
    @AuthUser('claims') { sub }: IdTokenClaims,
  ): Promise<{ ended: number }> {
    return { ended: await this.sessions.end({ sub }, { except: request }) };
  }
}
