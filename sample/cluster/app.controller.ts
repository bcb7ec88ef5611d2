import { createHash } from 'node:crypto';
import { Controller, Get, Header, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoContext, LogtoGuard, LogtoService } from 'nestjs-logto';
import { homePage } from './home-page.js';

/** The name of this instance. */
const instance = process.env.INSTANCE ?? 'alone';
const resource = process.env.LOGTO_RESOURCE;

@Controller()
export class AppController {
  constructor(private readonly logto: LogtoService) {}

  /** Shows the signed-in user. Works on every instance. */
  @Get()
  @Header('Cache-Control', 'private, no-store')
  home(@AuthUser() user: LogtoContext): string {
    return homePage(instance, user);
  }

  /** A fingerprint of the user's access token. It is the same on every instance, also for parallel requests. */
  @Get('token')
  @UseGuards(LogtoGuard)
  async token(@Req() request: Request): Promise<{ instance: string; fingerprint: string }> {
    const token = await this.logto.getAccessToken(request, resource ? { resource } : {});
    return { instance, fingerprint: createHash('sha256').update(token).digest('hex').slice(0, 8) };
  }

  /** Removes the cached access token, so that the next request has to refresh it. */
  @Post('clear-token')
  @HttpCode(204)
  @UseGuards(LogtoGuard)
  async clear(@Req() request: Request): Promise<void> {
    await this.logto.clearAccessToken(request);
  }
}
