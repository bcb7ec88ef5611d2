import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AuthUser, LogtoContext, LogtoGuard } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';

@Controller('both')
class BothUsersController {
  @Get()
  both(@Req() request: Request, @AuthUser() user: LogtoContext): unknown {
    return { foreign: request.user, isAuthenticated: user.isAuthenticated, sub: user.claims?.sub };
  }

  @Get('guarded')
  @UseGuards(LogtoGuard)
  guarded(@Req() request: Request): unknown {
    return request.user;
  }
}

let issuer: LogtoEmulator;

beforeAll(async () => {
  issuer = await startIssuer();
});

describe('The user of another library', () => {
  it.each([['signed in'], ['anonymous']])(
    'stays on req.user and is never taken for Logto’s: %s',
    async (state) => {
      const foreign = { id: 7, isAuthenticated: true, claims: { sub: 'mallory' } };
      const app = await startApp({
        issuer,
        controllers: [BothUsersController],
        configure: (nest) =>
          nest.use((request: Request, _response: Response, next: NextFunction) => {
            request.user = structuredClone(foreign) as unknown as Express.User;
            next();
          }),
      });
      const browser = app.browser();
      if (state === 'signed in') await browser.signIn(issuer);

      expect((await browser.fetch('/both')).json()).toEqual(
        state === 'signed in'
          ? { foreign, isAuthenticated: true, sub: 'ada' }
          : { foreign, isAuthenticated: false },
      );
      const guarded = await browser.fetch('/both/guarded');
      expect(guarded.status).toBe(state === 'signed in' ? 200 : 401);
      if (state === 'signed in') expect(guarded.json()).toEqual(foreign);
    },
  );
});

describe('An empty req.user of another library', () => {
  it.each([null, undefined])('is replaced by LogtoGuard with the signed-in user: %s', async (empty) => {
    const app = await startApp({
      issuer,
      controllers: [BothUsersController],
      configure: (nest) =>
        nest.use((request: Request, _response: Response, next: NextFunction) => {
          request.user = empty as unknown as Express.User;
          next();
        }),
    });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/both/guarded')).json()).toMatchObject({ claims: { sub: 'ada' } });
  });
});
