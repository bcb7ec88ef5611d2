import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { AuthUser, LogtoApiGuard, LogtoContext, LogtoGuard, LogtoService, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { refusalOf } from './support/api.js';
import { RealTokens, startAccessIssuer } from './support/real-tokens.js';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { resource } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';

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

describe('A route that accepts sessions and bearer tokens', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let ada: Browser;
  let bobsToken = '';

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    const tokens = closeLater(await RealTokens.from(issuer));
    app = await startApp({
      issuer,
      controllers: [EitherController, BothGuardsController, UnguardedController],
      logto: { api: { audience: resource } },
    });
    ada = app.browser();
    await ada.signIn(issuer, 'ada');
    bobsToken = await tokens.ofUser('bob', { resource });
  });

  const bearer = (token: string): { headers: Record<string, string> } => ({
    headers: { authorization: `Bearer ${token}` },
  });

  it('accepts both', async () => {
    expect((await ada.fetch('/either')).json()).toEqual({ sub: 'ada', same: true });
    expect((await app.browser().fetch('/either', bearer(bobsToken))).json()).toEqual({
      sub: 'bob',
      scopes: [],
      same: true,
    });
  });

  it('uses the Authorization header when a request has both', async () => {
    expect((await ada.fetch('/either', bearer(bobsToken))).json()).toMatchObject({ sub: 'bob', same: true });
    expect((await ada.fetch('/either')).json()).toMatchObject({ sub: 'ada' });
  });

  it.each(['Bearer bad', 'Bearer a.b.c', 'Basic YWRhOnNlY3JldA==', ''])(
    'rejects the invalid header "%s" despite a valid session',
    async (authorization) => {
      const answer = await ada.fetch('/either', { headers: { authorization } });
      expect(refusalOf(answer)).toMatchObject({ status: 401, code: 'invalid_token' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    },
  );

  it('does not give the tokens of the session to a request with a bearer token', async () => {
    expect((await ada.fetch('/either/tokens', bearer(bobsToken))).status).toBe(401);
  });

  it('redirects an anonymous navigation to sign-in, and answers other anonymous requests with a challenge', async () => {
    const anonymous = app.browser();
    expect((await anonymous.open('/either')).status).toBe(302);
    expect(refusalOf(await anonymous.fetch('/either'))).toEqual({
      status: 401,
      code: 'not_authenticated',
      challenge: 'Bearer',
    });
  });

  it('sets `Vary` to both headers', async () => {
    expect((await ada.fetch('/either')).headers.get('vary')).toBe('Cookie, Authorization');
  });

  it('denies cross-site requests with a session, but not with a bearer token', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await ada.fetch('/either', { method: 'POST', headers })).status).toBe(403);
    const byToken = { ...headers, ...bearer(bobsToken).headers };
    expect((await ada.fetch('/either', { method: 'POST', headers: byToken })).text).toBe('bob');
  });

  it('can be narrowed by its handler, which overrides the class', async () => {
    expect((await ada.fetch('/either/session')).text).toBe('ada');
    expect((await ada.fetch('/either/session', bearer(bobsToken))).text).toBe('ada');
    expect((await app.browser().fetch('/either/session', bearer(bobsToken))).status).toBe(401);
    expect((await ada.fetch('/either/bearer')).status).toBe(401);
    expect((await ada.fetch('/either/bearer', bearer(bobsToken))).text).toBe('bob');
  });

  it('denies every request when `accept` is empty', async () => {
    expect((await ada.fetch('/either/nothing')).status).toBe(401);
    expect((await ada.fetch('/either/nothing', bearer(bobsToken))).status).toBe(401);
  });

  it('cannot be built from two guards, since each of them requires its own credential', async () => {
    expect((await ada.fetch('/both')).status).toBe(401);
    expect((await app.browser().fetch('/both', bearer(bobsToken))).status).toBe(401);
    expect((await ada.fetch('/both', bearer(bobsToken))).status).toBe(401);
  });

  it('needs a guard for bearer tokens: a handler without a guard only has the user of the session', async () => {
    expect((await ada.fetch('/unguarded', bearer(bobsToken))).text).toBe('ada');
    expect((await app.browser().fetch('/unguarded', bearer(bobsToken))).text).toBe('');
  });
});
