import { createHash } from 'node:crypto';
import { Controller, Get, Header, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoContext, LogtoGuard, LogtoService } from 'nestjs-logto';
import { homePage } from './home-page.js';

/** Which instance this is. */
const instance = process.env.INSTANCE ?? 'alone';
const resource = process.env.LOGTO_RESOURCE;

@Controller()
export class AppController {
  constructor(private readonly logto: LogtoService) {}

  /** Whichever instance answers knows the user. */
  @Get()
  @Header('Cache-Control', 'private, no-store')
  home(@AuthUser() user: LogtoContext): string {
    return homePage(instance, user);
  }

  /** A fingerprint of the user's access token: the same on every instance, however many ask at once. */
  @Get('token')
  @UseGuards(LogtoGuard)
  async token(@Req() request: Request): Promise<{ instance: string; fingerprint: string }> {
    const token = await this.logto.getAccessToken(request, resource ? { resource } : {});
    return { instance, fingerprint: createHash('sha256').update(token).digest('hex').slice(0, 8) };
  }

  /** Forgets the access token: the next to ask has to refresh it, and so would all who ask at once. */
  @Post('forget-token')
  @HttpCode(204)
  @UseGuards(LogtoGuard)
  async forget(@Req() request: Request): Promise<void> {
    await this.logto.clearAccessToken(request);
  }
}
