import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Injectable,
  Post,
  SetMetadata,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import express, { type Request, type Response } from 'express';
import { LogtoModule, OnLogtoEvent, type LogtoModuleOptions, type LogtoWebhookEvent } from 'nestjs-logto';
import { asInMain, asInTests, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { ownSession } from '../support/app/own-session.js';
import { PagesController } from '../support/requests/pages.js';
import { postWebhook, sendWebhook, signatureOf, signingKey, webhookBody } from './support/send-webhook.js';

const issuer = await startIssuer();
const received: LogtoWebhookEvent[] = [];

@Injectable()
class Listener {
  @OnLogtoEvent()
  keep(event: LogtoWebhookEvent): void {
    received.push(event);
  }
}

@Controller()
class EchoController {
  @Post('echo')
  echo(@Body() body: object): object {
    return body;
  }
}

const webhooks = { signingKey };
const start = ({ logto, ...parts }: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({
    issuer,
    controllers: [PagesController, EchoController],
    providers: [Listener],
    logto: { webhooks, ...logto },
    create: asInMain,
    ...parts,
  });

beforeEach(() => {
  received.length = 0;
});

/** A guard of the app that refuses every request to a handler that is not marked as open. */
const Open = (): ClassDecorator => SetMetadata('open', true);

@Injectable()
class StrictGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    return this.reflector.get<boolean | undefined>('open', context.getClass()) === true;
  }
}

/** Keeps the raw body of each request, as old recipes for webhooks do. */
function keepRawBody(request: Request & { rawBody?: string }, _response: Response, next: () => void): void {
  let text = '';
  request.setEncoding('utf8');
  request
    .on('data', (part: string) => (text += part))
    .on('end', () => {
      request.rawBody = text;
      next();
    });
}

describe('A webhook arrives', () => {
  it.each<[string, Partial<TestAppParts>]>([
    ["with Nest's body parsers", {}],
    ['with `rawBody`', { applicationOptions: { rawBody: true } }],
    ['without body parsers', { applicationOptions: { bodyParser: false } }],
    ['with a global prefix', { configure: (app) => app.setGlobalPrefix('api') }],
    [
      'with versions',
      { configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }) },
    ],
    ['with security headers', { configure: (app) => app.useSecurityHeaders() }],
    [
      "with the app's own JSON parser, which has a small limit",
      { configure: (app) => app.use(express.json({ limit: 10 })) },
    ],
    ['with a middleware that reads every body', { configure: (app) => app.use(keepRawBody) }],
    ["with Nest's CSRF protection", { configure: (app) => app.useSecurityHeaders().enableCsrfProtection() }],
    [
      'behind a session that the app mounts',
      { logto: { session: undefined }, configure: (app) => app.use(ownSession()) },
    ],
    [
      'with a global guard of the app and `authRoutesDecorators`',
      {
        providers: [Listener, { provide: APP_GUARD, useClass: StrictGuard }],
        logto: { authRoutesDecorators: [Open()] },
      },
    ],
    ['in an app from a testing module', { create: asInTests }],
    ['without the routes of sign-in', { logto: { authRoutes: false } }],
    [
      'with options from a factory',
      { register: (options) => LogtoModule.forRootAsync({ useFactory: (): LogtoModuleOptions => options }) },
    ],
  ])('%s', async (_, { logto, ...parts }) => {
    const app = await start({ ...parts, ...(logto && { logto }) });

    const answer = await sendWebhook(app, 'User.Created', { data: { id: 'ada' } });

    expect([answer.status, answer.text, answer.headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(received).toMatchObject([{ event: 'User.Created', hookId: 'hook', data: { id: 'ada' } }]);
  });

  it('in an API that only accepts bearer tokens', async () => {
    const app = await start({
      register: ({ endpoint, http }) =>
        LogtoModule.forRoot({ endpoint, ...(http && { http }), api: { audience: resource }, webhooks }),
    });

    expect((await sendWebhook(app, 'User.Deleted', { data: null })).status).toBe(204);
    expect(received).toHaveLength(1);
  });

  it.each([
    ['below `authRoutesPrefix` by default', { authRoutesPrefix: 'auth' }, '/auth/webhooks'],
    ['at `path`', { webhooks: { signingKey, path: '/hooks/logto/' } }, '/hooks/logto'],
  ])('%s', async (_, logto, path) => {
    const app = await start({ logto });
    const body = webhookBody('Role.Created');

    expect((await postWebhook(app, body, { path })).status).toBe(204);
    expect((await postWebhook(app, body)).status).toBe(404);
  });

  it('nowhere without the option', async () => {
    const app = await start({ logto: { webhooks: undefined } });
    expect((await sendWebhook(app, 'User.Created')).status).toBe(404);
  });

  it('with characters outside of ASCII, signed with any of several keys, in upper case too', async () => {
    const app = await start({ logto: { webhooks: { signingKey: ['the-new-signing-key', signingKey] } } });
    for (const key of ['the-new-signing-key', signingKey]) {
      const body = webhookBody('User.Created', { data: { name: `Ada é 🦆 ${key}` } });
      const headers = { 'logto-signature-sha-256': signatureOf(body, key).toUpperCase() };
      expect((await postWebhook(app, body, { headers })).status).toBe(204);
    }
    expect(received).toHaveLength(2);
  });

  it('while the bodies of other requests stay for the app', async () => {
    const app = await start();
    const echo = await app.browser().fetch('/echo', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"one":1}',
    });
    expect(echo.json()).toEqual({ one: 1 });
  });
});

describe('A webhook is rejected', () => {
  const body = webhookBody('User.Deleted', { data: { id: 'ada' } });

  it.each<[string, Record<string, string>, RegExp]>([
    ['without a signature', {}, /no header logto-signature-sha-256/],
    ['with an empty signature', { 'logto-signature-sha-256': '' }, /signature is wrong/],
    ['with a signature that is not hex', { 'logto-signature-sha-256': 'é'.repeat(64) }, /signature is wrong/],
    [
      'with the signature of another key',
      { 'logto-signature-sha-256': signatureOf(body, 'another-key') },
      /Logto Console > Webhooks.*list both keys/,
    ],
    [
      'with the signature of the same JSON in other bytes',
      { 'logto-signature-sha-256': signatureOf(JSON.stringify(JSON.parse(body), null, 1)) },
      /a proxy changes the body/,
    ],
    [
      'with more than the signature',
      { 'logto-signature-sha-256': `${signatureOf(body)}zz` },
      /signature is wrong/,
    ],
  ])('%s: nothing runs, and the log has the remedy', async (_, headers, remedy) => {
    const app = await start();

    const answer = await postWebhook(app, body, { headers });

    expect([answer.status, answer.json().code]).toEqual([401, 'webhook_signature_invalid']);
    expect(received).toEqual([]);
    expect(leaks.logged.join('\n')).toMatch(remedy);
  });

  it.each([
    ['not JSON', 'no json'],
    ['empty', ''],
    ['without an event', '{"data":{}}'],
    ['with an event that is not a name', '{"event":1}'],
    ['null', 'null'],
  ])('if it is signed, but %s', async (_, text) => {
    const app = await start();
    const answer = await postWebhook(app, text);
    expect([answer.status, answer.json().code]).toEqual([400, 'webhook_invalid']);
    expect(received).toEqual([]);
  });

  it('if it is larger than 1 MB, and the next one is accepted', async () => {
    const app = await start();
    const large = webhookBody('User.Created', { data: 'x'.repeat(1024 * 1024) });
    const answer = await postWebhook(app, large);
    expect(answer.json()).toMatchObject({ status: 413, title: 'Payload Too Large', code: 'webhook_invalid' });
    const fitting = webhookBody('User.Created', { data: 'x'.repeat(1000 * 1000) });
    expect((await postWebhook(app, fitting)).status).toBe(204);
  });

  it('by a guard of the app, and the log says so', async () => {
    const app = await start({ providers: [Listener, { provide: APP_GUARD, useClass: StrictGuard }] });
    expect((await sendWebhook(app, 'User.Created')).status).toBe(403);
    expect(leaks.logged.join('\n')).toMatch(/rejected a webhook with 403.*authRoutesDecorators/);
  });

  it.each(['GET', 'PUT'])('as %s', async (method) => {
    const app = await start();
    expect((await app.browser().fetch('/logto/webhooks', { method })).status).toBe(404);
  });
});
