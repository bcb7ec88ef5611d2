import * as http from 'node:http';
import { describe, expect, it } from '@jest/globals';
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
import { asInMain, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Page } from '../support/requests/browser.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';

const form = 'application/x-www-form-urlencoded';

/** How an app's main.ts parses request bodies. */
type Parsing = (app: NestExpressApplication) => void;

/** Keeps the raw body of each request, as old recipes for webhooks do. */
function keepRawBody(request: Request & { rawBody?: string }, _response: Response, next: () => void): void {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => (text += part));
  request.on('end', () => {
    request.rawBody = text;
    next();
  });
}

/** Parsers that read the body before the route, and keep it in some form. */
const readableBodies: [what: string, parts: Partial<TestAppParts>][] = [
  ["Nest's body parsers", {}],
  ["Nest's body parsers and `rawBody`", { applicationOptions: { rawBody: true } }],
  ["Nest's CSRF protection", { configure: (app) => app.useSecurityHeaders().enableCsrfProtection() }],
  ['no body parser', withParsing()],
  ['only a JSON parser', withParsing((app) => app.useBodyParser('json'))],
  ['a text parser for every type', withParsing((app) => app.useBodyParser('text', { type: '*/*' }))],
  ['a raw parser for every type', withParsing((app) => app.useBodyParser('raw', { type: '*/*' }))],
  ['a parser for flat forms', withParsing((app) => app.useBodyParser('urlencoded', { extended: false }))],
  [
    'a parser that gives URLSearchParams',
    withParsing((app) => app.use(express.text({ type: form }), asSearchParams)),
  ],
  ['a middleware that keeps only the raw body', withParsing((app) => app.use(keepRawBody))],
];

/** Parsers that read the body before the route, and do not keep it. */
const consumedBodies: [what: string, parts: Partial<TestAppParts>][] = [
  [
    'a parser that takes every body for JSON and fails',
    withParsing((app) => app.use(express.json({ type: '*/*' }))),
  ],
  ['a parser with a small limit', withParsing((app) => app.useBodyParser('urlencoded', { limit: 100 }))],
  ['a middleware that reads every body and keeps nothing', withParsing((app) => app.use(drain))],
];

function withParsing(configure?: Parsing): Partial<TestAppParts> {
  return { applicationOptions: { bodyParser: false }, ...(configure && { configure }) };
}

function asSearchParams(request: Request, _response: Response, next: () => void): void {
  if (typeof request.body === 'string') request.body = new URLSearchParams(request.body);
  next();
}

function drain(request: Request, _response: Response, next: () => void): void {
  request.on('end', next).resume();
}

/** A route of the app for logout tokens, which the module does not know before a token arrives. */
@Controller()
class SignedOutController {
  constructor(private readonly logto: LogtoService) {}

  @Post('hooks/signed-out')
  @HttpCode(200)
  async signedOut(@Req() request: Request): Promise<void> {
    await this.logto.handleBackChannelLogout(request);
  }
}

const issuer = await startIssuer();

describe('A logout token reaches', () => {
  let app: TestApp;

  async function start(parts: Partial<TestAppParts>, path = '/logto/back-channel-logout'): Promise<void> {
    app = await startApp({ issuer, controllers: [PagesController, SignedOutController], ...parts });
    registerBackChannelLogout(issuer, app, { path });
  }

  /** Signs a user in and ends their session at Logto. @returns whether it has ended here as well */
  async function isSignedOut(): Promise<boolean> {
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.open('/protected')).text).toBe('hello ada');
    await endSessionAtLogto(issuer, app, browser);
    return (await browser.open('/protected')).status === 302;
  }

  const send = (type: string, body: string, path = '/logto/back-channel-logout'): Promise<Page> =>
    app.browser().fetch(path, { method: 'POST', headers: { 'content-type': type }, body });

  describe('the module’s route', () => {
    it.each([...readableBodies, ...consumedBodies])('in an app with %s', async (_, parts) => {
      await start({ ...parts, create: asInMain });

      expect(await isSignedOut()).toBe(true);
    });

    it('and other requests keep their body for the app', async () => {
      const echo = (request: Request & { rawBody?: string }, response: Response): unknown =>
        response.send(request.rawBody);
      await start({ ...withParsing((nest) => nest.use(keepRawBody).use('/echo', echo)), create: asInMain });

      expect((await send(form, 'one=1', '/echo')).text).toBe('one=1');
    });

    it('in chunks, over a connection that is used again', async () => {
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

    it('in an app from a testing module', async () => {
      for (const [, parts] of readableBodies) {
        await start(parts);
        expect(await isSignedOut()).toBe(true);
      }
    });
  });

  describe('a route of the app', () => {
    it.each(readableBodies)('in an app with %s', async (_, parts) => {
      await start({ ...parts, create: asInMain }, '/hooks/signed-out');

      expect(await isSignedOut()).toBe(true);
    });

    it('or the log names the parser that consumed it and the remedy', async () => {
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

  describe('no route, and the log says why,', () => {
    it.each([
      ['with multipart/form-data', 'multipart/form-data; boundary=x', '--x--', /has no form/],
      ['with an empty form', form, '', /no `logout_token`/],
      ['with another form', form, 'other=1', /no `logout_token`/],
      ['with two tokens', form, 'logout_token=a&logout_token=b', /more than one `logout_token`/],
      ['with a form that is too large', form, `logout_token=${'a'.repeat(100_000)}`, /larger than 64 kB/],
      ['with a malformed token', form, 'logout_token=no-token', /malformed/],
    ])('%s', async (_, type, body, reason) => {
      await start({ ...withParsing(), create: asInMain });

      const answer = await send(type, body);

      expect([answer.status, answer.json().code]).toEqual([400, 'logout_token_invalid']);
      expect(leaks.logged.join('\n')).toMatch(reason);
    });

    it.each<[string, Partial<TestAppParts>]>([
      [
        'a middleware answers',
        { configure: (nest) => nest.use((_: Request, response: Response) => response.status(403).end()) },
      ],
      [
        'a middleware fails',
        {
          configure: (nest) =>
            nest.use((_: Request, __: Response, next: (error: Error) => void) =>
              next(new ForbiddenException()),
            ),
        },
      ],
      ['a guard of the app denies', { providers: [{ provide: APP_GUARD, useClass: denyingGuard() }] }],
    ])('when %s before the route', async (_, parts) => {
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
