import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Req, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { NextFunction, Request, Response } from 'express';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard } from 'nestjs-logto';
import passport from 'passport';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';

class KeyStrategy extends passport.Strategy {
  override authenticate(request: Request): void {
    if (request.headers['x-key'] === 'right') this.success({ id: 7 });
    else this.fail(401);
  }
}

@Injectable()
class KeyStrategyProvider extends PassportStrategy(KeyStrategy, 'key') {
  validate(): unknown {
    return { id: 7 };
  }
}

@Controller('passport')
class PassportController {
  @Get('key')
  @UseGuards(AuthGuard('key'))
  key(@Req() request: Request, @AuthUser() user: LogtoContext): unknown {
    return { user: request.user, sub: user.claims?.sub };
  }

  @Get('both')
  @UseGuards(AuthGuard('key'), LogtoGuard)
  both(@Req() request: Request, @AuthUser('claims') claims: IdTokenClaims): unknown {
    return { user: request.user, sub: claims.sub };
  }

  @Get('is-authenticated')
  isAuthenticated(@Req() request: Request): unknown {
    return {
      isAuthenticated: (request as unknown as { isAuthenticated(): boolean }).isAuthenticated(),
      user: request.user,
    };
  }
}

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

describe('Beside Passport, the module', () => {
  const startPassportApp = () =>
    startApp({
      issuer,
      controllers: [PassportController],
      providers: [KeyStrategyProvider],
      configure: (nest) => nest.use(passport.initialize()),
    });

  it('keeps the two users apart', async () => {
    const browser = (await startPassportApp()).browser();
    const key = { headers: { 'x-key': 'right' } };
    expect((await browser.fetch('/passport/key', key)).json()).toEqual({ user: { id: 7 } });
    expect((await browser.fetch('/passport/key')).status).toBe(401);
    // Passport's user is not signed in at Logto.
    expect((await browser.fetch('/passport/both', key)).status).toBe(401);

    await browser.signIn(issuer);
    expect((await browser.fetch('/passport/key', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
    expect((await browser.fetch('/passport/both', key)).json()).toEqual({ user: { id: 7 }, sub: 'ada' });
    expect((await browser.fetch('/passport/both')).status).toBe(401);
  });

  it('does not make request.isAuthenticated() true for an anonymous request', async () => {
    const browser = (await startPassportApp()).browser();
    expect((await browser.fetch('/passport/is-authenticated')).json()).toEqual({ isAuthenticated: false });

    await browser.signIn(issuer);
    expect((await browser.fetch('/passport/is-authenticated')).json()).toMatchObject({
      isAuthenticated: true,
      user: { claims: { sub: 'ada' } },
    });
  });
});
