import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpException, Injectable, UseGuards } from '@nestjs/common';
import {
  LogtoApiGuard,
  LogtoGuard,
  LogtoSessions,
  LogtoSignInEvent,
  OnSignIn,
  RequireRoles,
  RequireScopes,
  type LogtoRefreshTrace,
} from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { errorCode } from '../support/requests/error-code.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { sendLogoutToken } from '../support/logto/send-logout-token.js';
import { machine, tokenOptions, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { TokensController } from '../support/controllers/tokens.controller.js';
import {
  postWebhook,
  sendWebhook,
  signingKey,
  suspended,
  webhookBody,
} from '../webhooks/support/send-webhook.js';
import { RecordedEvents } from './support/record-events.js';

@Injectable()
class Bouncer {
  @OnSignIn()
  admit({ claims }: LogtoSignInEvent): void {
    if (claims.sub === 'bob') throw new HttpException('Not you.', 403);
  }
}

@Controller()
class ThingsController {
  @Get('things')
  @UseGuards(LogtoApiGuard)
  @RequireScopes('read:things')
  things(): string {
    return 'things';
  }

  @Get('secrets')
  @UseGuards(LogtoApiGuard)
  @RequireScopes('read:secrets')
  secrets(): string {
    return 'secrets';
  }

  @Get('owners')
  @UseGuards(LogtoGuard)
  @RequireRoles('owner')
  owners(): string {
    return 'owners';
  }
}

const issuer = await startIssuer(tokenTenant);
const app = await startApp({
  issuer,
  controllers: [PagesController, TokensController, ThingsController],
  providers: [Bouncer],
  logto: {
    ...tokenOptions,
    machineToMachine: machine,
    api: { audience: resource },
    webhooks: { signingKey },
  },
});
registerBackChannelLogout(issuer, app);
const events = new RecordedEvents();
let browser: Browser;

const ofAda = { sub: 'ada', sid: expect.any(String) };
const bearer = (token: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});

beforeEach(async () => {
  issuer.restoreUser('ada');
  browser = await app.signedInBrowser(issuer);
  events.reset();
});

afterEach(() => {
  restoreTime();
  issuer.clearFaults();
});

describe('nestjs-logto:sign-in', () => {
  it('names no user, because none is known yet', async () => {
    await app.browser().open('/logto/sign-in');

    expect(events.of('nestjs-logto:sign-in')).toEqual([{}]);
  });
});

describe('nestjs-logto:callback', () => {
  it('names the user', async () => {
    await app.signedInBrowser(issuer);

    expect(events.of('nestjs-logto:callback')).toEqual([{ ...ofAda, isRepeated: false }]);
  });

  it('says why a sign-in has failed', async () => {
    const visitor = app.browser();
    const url = await visitor.authorize(issuer);
    issuer.failNext('token', { status: 500 });
    const page = await visitor.open(url);

    expect(events.of('nestjs-logto:callback')).toEqual([{ code: errorCode(page), error: expect.any(Error) }]);
    expect(events.of('nestjs-logto:session-started')).toEqual([]);
  });

  it('names a user whom the app refuses', async () => {
    await app.signedInBrowser(issuer, 'bob');

    expect(events.of('nestjs-logto:callback')).toMatchObject([{ sub: 'bob', code: 'sign_in_refused' }]);
  });

  it('marks a repeated callback', async () => {
    const visitor = app.browser();
    const url = await visitor.authorize(issuer);
    await Promise.all([visitor.open(url), visitor.open(url)]);

    const callbacks = events.of('nestjs-logto:callback');
    expect(callbacks.filter(({ isRepeated }) => isRepeated)).toHaveLength(1);
    expect(callbacks.filter(({ isRepeated }) => isRepeated === false)).toEqual([
      { ...ofAda, isRepeated: false },
    ]);
    expect(events.of('nestjs-logto:session-started')).toEqual([ofAda]);
  });
});

describe('nestjs-logto:refresh', () => {
  it('says whose token is refreshed, and for what', async () => {
    await browser.fetch(resourceTokenPath);

    expect(events.of('nestjs-logto:refresh')).toEqual([{ ...ofAda, resource }]);
  });

  it('is one event for requests that share a refresh', async () => {
    await Promise.all(Array.from({ length: 5 }, () => browser.fetch(resourceTokenPath)));

    expect(events.of('nestjs-logto:refresh')).toHaveLength(1);
  });

  it('is the context of its request to Logto, for a subscriber with an AsyncLocalStorage', async () => {
    const current = new AsyncLocalStorage<LogtoRefreshTrace>();
    const refresh = tracingChannel<unknown, LogtoRefreshTrace>('nestjs-logto:refresh');
    const request = tracingChannel('nestjs-logto:provider-request');
    const within: unknown[] = [];
    const notice = (): void => void within.push(current.getStore()?.resource);
    refresh.start.bindStore(current, (event) => event);
    request.start.subscribe(notice);
    await browser.fetch(resourceTokenPath);
    refresh.start.unbindStore(current);
    request.start.unsubscribe(notice);

    expect(within).toContain(resource);
  });
});

describe('nestjs-logto:revalidate', () => {
  it('says that the claims are fresh', async () => {
    passTime(3601);
    await browser.fetch('/protected');

    expect(events.of('nestjs-logto:revalidate')).toEqual([{ ...ofAda, isRefreshed: true }]);
  });

  it('says why the old claims stay valid', async () => {
    passTime(3601);
    issuer.failNext('token', { status: 500 });
    expect((await browser.fetch('/protected')).status).toBe(200);

    expect(events.of('nestjs-logto:revalidate')[0]).toMatchObject({ ...ofAda, isRefreshed: false });
    expect(events.of('nestjs-logto:refresh')[0]).toMatchObject({ ...ofAda, code: 'provider_unavailable' });
  });
});

describe('nestjs-logto:verify-token', () => {
  it('is published once for a token that is cached', async () => {
    const { token } = (await browser.fetch(resourceTokenPath)).json<{ token: string }>();
    events.reset();
    await browser.fetch('/things', bearer(token));
    await browser.fetch('/things', bearer(token));

    expect(events.of('nestjs-logto:verify-token')).toEqual([{ kind: 'jwt', sub: 'ada', clientId: 'app' }]);
    expect(events.of('nestjs-logto:token-cache')).toEqual([
      { cache: 'bearer-token', isHit: false },
      { cache: 'bearer-token', isHit: true },
    ]);
  });

  it('says why a token is rejected, and nothing that its sender chooses', async () => {
    await browser.fetch('/things', bearer('a.forged.token'));

    expect(events.of('nestjs-logto:verify-token')).toEqual([
      { kind: 'jwt', code: 'invalid_token', error: expect.any(Error) },
    ]);
  });
});

describe('nestjs-logto:sign-out', () => {
  it('names the user who signs out', async () => {
    await browser.open('/logto/sign-out');

    expect(events.of('nestjs-logto:sign-out')).toEqual([{ trigger: 'user', ...ofAda }]);
    expect(events.of('nestjs-logto:session-ended')).toEqual([{ ...ofAda, reason: 'user' }]);
  });

  it('names the user whom Logto signs out', async () => {
    await endSessionAtLogto(issuer, app, browser);

    expect(events.of('nestjs-logto:sign-out')).toEqual([{ trigger: 'back_channel', ...ofAda }]);
    expect(events.of('nestjs-logto:session-ended')).toEqual([{ ...ofAda, reason: 'back_channel' }]);
  });

  it('says why a logout token is rejected', async () => {
    await sendLogoutToken(app, 'a.forged.token');

    expect(events.of('nestjs-logto:sign-out')).toMatchObject([
      { trigger: 'back_channel', code: 'logout_token_invalid' },
    ]);
  });
});

describe('nestjs-logto:webhook', () => {
  it('names the event, and each session that it ends', async () => {
    await sendWebhook(app, 'User.SuspensionStatus.Updated', suspended('ada'));

    expect(events.of('nestjs-logto:webhook')).toEqual([{ event: 'User.SuspensionStatus.Updated' }]);
    expect(events.of('nestjs-logto:session-ended')).toContainEqual({ ...ofAda, reason: 'webhook' });
  });

  it('does not repeat what an unsigned body says', async () => {
    await postWebhook(app, webhookBody('User.Deleted'), { headers: {} });

    expect(events.of('nestjs-logto:webhook')).toEqual([
      { code: 'webhook_signature_invalid', error: expect.any(Error) },
    ]);
  });
});

describe('nestjs-logto:provider-request', () => {
  it('has the path without its query, the status and the grant type', async () => {
    await browser.fetch(resourceTokenPath);

    const { hostname: host, port } = new URL(issuer.endpoint);
    expect(events.of('nestjs-logto:provider-request')).toEqual([
      {
        method: 'POST',
        host,
        port: Number(port),
        path: '/oidc/token',
        grantType: 'refresh_token',
        status: 200,
      },
    ]);
  });

  it('has the reason why a connection failed, without the error of the library', async () => {
    issuer.failNext('token', { destroy: true });
    await browser.fetch(resourceTokenPath);

    const [failed] = events.of('nestjs-logto:provider-request');
    expect(failed).toMatchObject({ path: '/oidc/token', code: expect.stringMatching(/^[A-Z_]+$/) });
    expect(failed?.error).toEqual(new Error(failed?.code));
  });
});

describe('nestjs-logto:session-ended', () => {
  it('is published when the app ends the session', async () => {
    await app.app.get(LogtoSessions).end({ sub: 'ada' });

    expect(events.of('nestjs-logto:session-ended')).toContainEqual({ ...ofAda, reason: 'revoked' });
  });

  it('is published when Logto rejects a refresh', async () => {
    issuer.suspendUser('ada');
    await browser.fetch('/refresh');

    expect(events.of('nestjs-logto:session-ended')).toEqual([{ ...ofAda, reason: 'provider' }]);
  });
});

describe('nestjs-logto:access-denied', () => {
  it('names the user and the handler that a session may not reach', async () => {
    await browser.fetch('/owners');

    expect(events.of('nestjs-logto:access-denied')).toEqual([
      {
        code: 'insufficient_role',
        status: 403,
        handler: 'ThingsController.owners',
        credential: 'session',
        sub: 'ada',
      },
    ]);
  });

  it('names the user whose token lacks a scope', async () => {
    const { token } = (await browser.fetch(resourceTokenPath)).json<{ token: string }>();
    await browser.fetch('/secrets', bearer(token));

    expect(events.of('nestjs-logto:access-denied')).toMatchObject([
      { status: 403, handler: 'ThingsController.secrets', credential: 'bearer', sub: 'ada' },
    ]);
  });

  it('has the status of a redirect to the sign-in', async () => {
    await app.browser().open('/protected');

    expect(events.of('nestjs-logto:access-denied')).toEqual([
      { code: 'not_authenticated', status: 302, handler: 'PagesController.hello' },
    ]);
  });
});

describe('nestjs-logto:token-cache', () => {
  it('says which cache had the token', async () => {
    await browser.fetch(resourceTokenPath);
    await browser.fetch(resourceTokenPath);
    await app.logto.getClientCredentialsToken({ resource });

    expect(events.of('nestjs-logto:token-cache')).toEqual([
      { cache: 'access-token', isHit: false },
      { cache: 'access-token', isHit: true },
      { cache: 'machine-token', isHit: false },
    ]);
  });
});
