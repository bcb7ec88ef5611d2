import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoApiGuard, LogtoContext, LogtoGuard, LogtoService, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../support/app.js';
import type { Browser } from '../support/browser.js';
import { resource } from '../support/issuer.js';
import { refusalOf } from '../access/support/api.js';
import { RealTokens, startAccessIssuer } from '../access/support/real-tokens.js';

@Controller('either')
@UseGuards(LogtoGuard)
@WithLogto({ accept: ['session', 'bearer'] })
class EitherController {
  constructor(private readonly logto: LogtoService) {}

  @Get()
  who(@AuthUser() user: LogtoContext, @Req() request: Request): unknown {
    return { sub: user.claims?.sub, scopes: user.scopes, same: request.user === user };
  }

  @Post()
  post(@AuthUser('claims') claims: { sub: string }): string {
    return claims.sub;
  }

  @Get('tokens')
  tokens(@Req() request: Request): Promise<string> {
    return this.logto.getAccessToken(request);
  }

  @Get('session')
  @WithLogto({ accept: ['session'] })
  sessionOnly(@AuthUser('claims') claims: { sub: string }): string {
    return claims.sub;
  }

  @Get('bearer')
  @WithLogto({ accept: ['bearer'] })
  bearerOnly(@AuthUser('claims') claims: { sub: string }): string {
    return claims.sub;
  }

  @Get('nothing')
  @WithLogto({ accept: [] })
  nothing(): string {
    return 'nothing';
  }
}

@Controller('both')
@UseGuards(LogtoApiGuard)
class BothGuardsController {
  @Get()
  @UseGuards(LogtoGuard)
  both(): string {
    return 'both';
  }
}

@Controller('unguarded')
class UnguardedController {
  @Get()
  who(@AuthUser() user: LogtoContext): unknown {
    return user.claims?.sub ?? null;
  }
}

describe('A route that takes sessions and bearer tokens', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;
  let app: TestApp;
  let ada: Browser;
  let bobsToken = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = await RealTokens.from(issuer);
    app = await startApp({
      issuer,
      controllers: [EitherController, BothGuardsController, UnguardedController],
      logto: { api: { audience: resource } },
    });
    ada = app.browser();
    await ada.signIn(issuer, 'ada');
    bobsToken = await tokens.ofUser('bob', { resource });
  });

  afterAll(async () => {
    await app.close();
    await tokens.close();
    await issuer.close();
  });

  const bearer = (token: string): { headers: Record<string, string> } => ({
    headers: { authorization: `Bearer ${token}` },
  });

  it('takes either', async () => {
    expect((await ada.fetch('/either')).json()).toEqual({ sub: 'ada', same: true });
    expect((await app.browser().fetch('/either', bearer(bobsToken))).json()).toEqual({
      sub: 'bob',
      scopes: [],
      same: true,
    });
  });

  it('goes by the Authorization header where there is one, whatever session came along', async () => {
    expect((await ada.fetch('/either', bearer(bobsToken))).json()).toMatchObject({ sub: 'bob', same: true });
    expect((await ada.fetch('/either')).json()).toMatchObject({ sub: 'ada' });
  });

  it.each(['Bearer bad', 'Bearer a.b.c', 'Basic YWRhOnNlY3JldA==', ''])(
    'lets no session rescue the bad header "%s"',
    async (authorization) => {
      const answer = await ada.fetch('/either', { headers: { authorization } });
      expect(refusalOf(answer)).toMatchObject({ status: 401, code: 'invalid_token' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    },
  );

  it('gives no tokens of the session to whoever came with a bearer token', async () => {
    expect((await ada.fetch('/either/tokens', bearer(bobsToken))).status).toBe(401);
  });

  it('sends a navigation to the sign-in, and a program a challenge', async () => {
    const nobody = app.browser();
    expect((await nobody.open('/either')).status).toBe(302);
    expect(refusalOf(await nobody.fetch('/either'))).toEqual({
      status: 401,
      code: 'not_authenticated',
      challenge: 'Bearer',
    });
  });

  it('varies by both', async () => {
    expect((await ada.fetch('/either')).headers.get('vary')).toBe('Cookie, Authorization');
  });

  it('asks where a request comes from for sessions alone: no browser adds a bearer token by itself', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await ada.fetch('/either', { method: 'POST', headers })).status).toBe(403);
    const byToken = { ...headers, ...bearer(bobsToken).headers };
    expect((await ada.fetch('/either', { method: 'POST', headers: byToken })).text).toBe('bob');
  });

  it('is changed by the handler, which beats the class', async () => {
    expect((await ada.fetch('/either/session')).text).toBe('ada');
    expect((await ada.fetch('/either/session', bearer(bobsToken))).text).toBe('ada');
    expect((await app.browser().fetch('/either/session', bearer(bobsToken))).status).toBe(401);
    expect((await ada.fetch('/either/bearer')).status).toBe(401);
    expect((await ada.fetch('/either/bearer', bearer(bobsToken))).text).toBe('bob');
  });

  it('that takes nothing opens for nobody', async () => {
    expect((await ada.fetch('/either/nothing')).status).toBe(401);
    expect((await ada.fetch('/either/nothing', bearer(bobsToken))).status).toBe(401);
  });

  it('is not made by two guards: a bearer token does not stand for a session, nor a session for a token', async () => {
    expect((await ada.fetch('/both')).status).toBe(401);
    expect((await app.browser().fetch('/both', bearer(bobsToken))).status).toBe(401);
    expect((await ada.fetch('/both', bearer(bobsToken))).status).toBe(401);
  });

  it('is needed: an unguarded handler knows a session, and no token that nobody has looked at', async () => {
    expect((await ada.fetch('/unguarded', bearer(bobsToken))).text).toBe('ada');
    expect((await app.browser().fetch('/unguarded', bearer(bobsToken))).text).toBe('');
  });
});
