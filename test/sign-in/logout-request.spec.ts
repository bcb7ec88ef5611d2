import * as http from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  HttpCode,
  Injectable,
  Post,
  Req,
  type CanActivate,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type Request, type Response } from 'express';
import { LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { asInMain, startApp, type TestApp, type TestAppParts } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { application, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { PagesController } from '../support/pages.js';

const form = 'application/x-www-form-urlencoded';

/** What an app's main.ts does with request bodies. */
type Parsing = (app: NestExpressApplication) => void;

/** A middleware of the app's own that keeps each body as it came, as old recipes for webhooks do. */
function readItself(request: Request & { rawBody?: string }, _response: Response, next: () => void): void {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => (text += part));
  request.on('end', () => {
    request.rawBody = text;
    next();
  });
}

/** What has read the body in front of a route, and left something of it. */
const kept: [what: string, parts: Omit<TestAppParts, 'issuer'>][] = [
  ["Nest's own body parsers", {}],
  ["Nest's own body parsers and `rawBody`", { applicationOptions: { rawBody: true } }],
  [
    "Nest's protection from cross-site requests",
    { configure: (app) => app.useSecurityHeaders().enableCsrfProtection() },
  ],
  ['no body parser at all', withParsing()],
  ['a parser of JSON alone', withParsing((app) => app.useBodyParser('json'))],
  ['a parser that makes everything a text', withParsing((app) => app.useBodyParser('text', { type: '*/*' }))],
  [
    'a parser that makes everything a buffer',
    withParsing((app) => app.useBodyParser('raw', { type: '*/*' })),
  ],
  ['a parser of flat forms', withParsing((app) => app.useBodyParser('urlencoded', { extended: false }))],
  [
    'a parser that makes a form URLSearchParams',
    withParsing((app) => app.use(express.text({ type: form }), asSearchParams)),
  ],
  ['a middleware that keeps the raw body alone', withParsing((app) => app.use(readItself))],
];

/** What takes the body away in front of a route. */
const lost: [what: string, parts: Omit<TestAppParts, 'issuer'>][] = [
  [
    'a parser that takes every body for JSON, and fails',
    withParsing((app) => app.use(express.json({ type: '*/*' }))),
  ],
  [
    'a parser that takes short bodies alone',
    withParsing((app) => app.useBodyParser('urlencoded', { limit: 100 })),
  ],
  ['a middleware that reads every body and keeps nothing', withParsing((app) => app.use(drain))],
];

function withParsing(configure?: Parsing): Omit<TestAppParts, 'issuer'> {
  return { applicationOptions: { bodyParser: false }, ...(configure && { configure }) };
}

function asSearchParams(request: Request, _response: Response, next: () => void): void {
  if (typeof request.body === 'string') request.body = new URLSearchParams(request.body);
  next();
}

function drain(request: Request, _response: Response, next: () => void): void {
  request.on('end', next).resume();
}

/** Answers logout tokens where nothing tells the module beforehand. */
@Controller()
class OwnController {
  constructor(private readonly logto: LogtoService) {}

  @Post('hooks/signed-out')
  @HttpCode(200)
  async signedOut(@Req() request: Request): Promise<void> {
    await this.logto.handleBackChannelLogout(request);
  }
}

describe('A logout token reaches', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(() => app.close());

  afterAll(() => issuer.close());

  async function start(
    parts: Omit<TestAppParts, 'issuer'>,
    path = '/logto/back-channel-logout',
  ): Promise<void> {
    app = await startApp({ issuer, controllers: [PagesController, OwnController], ...parts });
    issuer.setApplication({
      ...application,
      backchannelLogoutUri: app.baseUrl + path,
      backchannelLogoutSessionRequired: true,
    });
  }

  /** Signs a person in, ends their session at Logto, and looks whether they are still signed in here. */
  async function isSignedOut(): Promise<boolean> {
    const browser = app.browser();
    await browser.signIn(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
    await endAtLogto(browser);
    return (await browser.open('/protected')).status === 302;
  }

  async function endAtLogto(browser: Browser): Promise<void> {
    const url = new URL('/oidc/session/end', issuer.endpoint);
    url.searchParams.set('client_id', application.id);
    url.searchParams.set('post_logout_redirect_uri', app.baseUrl);
    await issuer.signOut(url, { cookies: browser.cookies });
  }

  const send = (type: string, body: string, path = '/logto/back-channel-logout'): Promise<Page> =>
    app.browser().fetch(path, { method: 'POST', headers: { 'content-type': type }, body });

  describe('the module’s route', () => {
    it.each([...kept, ...lost])('in an app with %s', async (_, parts) => {
      await start({ ...parts, create: asInMain });

      expect(await isSignedOut()).toBe(true);
    });

    it('and leaves the body of every other request to the app', async () => {
      const echo = (request: Request & { rawBody?: string }, response: Response): unknown =>
        response.send(request.rawBody);
      await start({ ...withParsing((nest) => nest.use(readItself).use('/echo', echo)), create: asInMain });

      expect((await send(form, 'one=1', '/echo')).text).toBe('one=1');
    });

    it('in parts whose number nobody knows beforehand, and lets the connection be used again', async () => {
      await start({ ...withParsing(), create: asInMain });
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const sendParts = (...parts: string[]): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const headers = { 'content-type': form, 'transfer-encoding': 'chunked' };
          const sent = http.request(`${app.baseUrl}/logto/back-channel-logout`, {
            method: 'POST',
            headers,
            agent,
          });
          sent.on('error', reject).on('response', (answer) => {
            answer.resume().on('end', () => resolve(answer.statusCode));
          });
          for (const part of parts) sent.write(part);
          sent.end();
        });

      expect(await sendParts('logout_', 'token=', 'no-token')).toBe(400);
      expect(leaks.logged.join('\n')).toMatch(/The token is malformed/);
      expect(await sendParts(...Array.from({ length: 100 }, () => 'a'.repeat(1000)))).toBe(400);
      expect(leaks.logged.join('\n')).toMatch(/larger than 64 kB/);
      expect(await sendParts('logout_token=no-token')).toBe(400);
      agent.destroy();
    });

    it('where a testing module makes the app', async () => {
      for (const [, parts] of kept) {
        await start(parts);
        expect(await isSignedOut()).toBe(true);
        await app.close();
      }
    });
  });

  describe('a route of the app’s own', () => {
    it.each(kept)('in an app with %s', async (_, parts) => {
      await start({ ...parts, create: asInMain }, '/hooks/signed-out');

      expect(await isSignedOut()).toBe(true);
    });

    it('or the log says which parser took it, and what to do', async () => {
      const parsing = withParsing((nest) =>
        nest.use(express.text({ type: '*/*' }), (at: Request, _: Response, next: () => void) => {
          at.body = undefined;
          next();
        }),
      );
      await start({ ...parsing, create: asInMain }, '/hooks/signed-out');

      expect(await isSignedOut()).toBe(false);
      expect(leaks.logged.join('\n')).toMatch(
        /logout_token_invalid: .*textParser.*app\.use\('\/hooks\/signed-out', express\.urlencoded\(/,
      );
    });
  });

  describe('nobody, and the log says why', () => {
    it.each([
      ['no form', 'multipart/form-data; boundary=x', '--x--', /carries no form/],
      ['an empty form', form, '', /no `logout_token`/],
      ['another form', form, 'other=1', /no `logout_token`/],
      ['two tokens', form, 'logout_token=a&logout_token=b', /more than one `logout_token`/],
      ['far too long a form', form, `logout_token=${'a'.repeat(100_000)}`, /larger than 64 kB/],
      ['a token that is none', form, 'logout_token=no-token', /malformed/],
    ])('of %s', async (_, type, body, reason) => {
      await start({ ...withParsing(), create: asInMain });

      const answer = await send(type, body);

      expect([answer.status, answer.json().code]).toEqual([400, 'logout_token_invalid']);
      expect(leaks.logged.join('\n')).toMatch(reason);
    });

    it.each<[string, Omit<TestAppParts, 'issuer'>]>([
      [
        'a middleware answers it',
        { configure: (nest) => nest.use((_: Request, response: Response) => response.status(403).end()) },
      ],
      [
        'a middleware fails on it',
        {
          configure: (nest) =>
            nest.use((_: Request, __: Response, next: (error: Error) => void) =>
              next(new ForbiddenException()),
            ),
        },
      ],
      ['a guard of the app refuses it', { providers: [{ provide: APP_GUARD, useClass: denyingGuard() }] }],
    ])('when %s in front of the route', async (_, parts) => {
      await start({ ...parts, create: asInMain });

      expect((await send(form, 'logout_token=no-token')).status).toBe(403);
      expect(leaks.logged.join('\n')).toMatch(/logout token.*403.*POST \/logto\/back-channel-logout/);
    });
  });
});

function denyingGuard(): new () => CanActivate {
  @Injectable()
  class DenyingGuard implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }
  return DenyingGuard;
}
