import { Controller, Get, Header, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoApiGuard, LogtoContext } from 'nestjs-logto';

/** A small API: an open route, and routes that need a bearer token. */
@Controller()
export class ThingsController {
  @Get('open')
  open(): string {
    return 'open';
  }

  @Get('things')
  @UseGuards(LogtoApiGuard)
  things(@AuthUser() user: LogtoContext, @Req() req: Request): unknown {
    return { user, same: req.user === user, method: req.method };
  }

  @Post('things')
  @UseGuards(LogtoApiGuard)
  add(@AuthUser('claims') claims: { sub: string }): string {
    return claims.sub;
  }

  @Get('cached')
  @UseGuards(LogtoApiGuard)
  @Header('Cache-Control', 'public, max-age=60')
  cached(): string {
    return 'cached';
  }

  @Get('change-user')
  @UseGuards(LogtoApiGuard)
  changeUser(@AuthUser() user: LogtoContext): string {
    Object.assign(user.claims ?? {}, { sub: 'changed', roles: ['admin'] });
    user.scopes?.push('write:everything');
    return 'changed';
  }
}
