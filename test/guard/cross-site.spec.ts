import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { All, Controller, Post, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LogtoGuard, OptionalAuth, Public } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { refusalOf } from './support/api.js';
import { startApp, type TestApp } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { startIssuer } from '../support/logto/issuer.js';

@Controller()
@UseGuards(LogtoGuard)
class AccountController {
  @All('account')
  account(): string {
    return 'done';
  }

  @Post('optional')
  @OptionalAuth()
  optional(): string {
    return 'optional';
  }

  @Post('public')
  @Public()
  open(): string {
    return 'public';
  }
}

const frontEnd = 'https://front.example.com';

/** A placeholder for the origin of the app, whose port is not known yet. */
const own = 'its own';

describe('A request with a session', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer();
    app = await startApp({
      issuer,
      controllers: [AccountController],
      logto: { allowedOrigins: [frontEnd] },
      configure: (nest) =>
        // Like the package `method-override`.
        nest.use((request: Request, _response: Response, next: () => void) => {
          request.method = request.get('x-http-method-override') ?? request.method;
          next();
        }),
    });
  });

  beforeEach(async () => {
    browser ??= app.browser();
    if (browser.cookies.header(app.baseUrl) === '') await browser.signIn(issuer);
  });

  const sent = (origin: string | undefined, site: string | undefined): Record<string, string> => ({
    ...(origin !== undefined && { origin: origin === own ? app.baseUrl : origin }),
    ...(site !== undefined && { 'sec-fetch-site': site }),
  });

  it.each([
    [own, undefined],
    [own, 'same-origin'],
    [own, 'cross-site'],
    [frontEnd, undefined],
    [frontEnd, 'cross-site'],
    [undefined, 'same-origin'],
    [undefined, 'same-site'],
    [undefined, 'none'],
    ['https://behind.a.proxy', 'same-origin'],
    ['null', 'same-origin'],
    [undefined, undefined],
  ])('is accepted with Origin %s and Sec-Fetch-Site %s', async (origin, site) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await browser.fetch('/account', { method, headers: sent(origin, site) })).text).toBe('done');
    }
  });

  it.each([
    [undefined, 'cross-site'],
    ['https://evil.example', 'cross-site'],
    ['null', 'cross-site'],
    ['https://evil.example', undefined],
    ['null', undefined],
    ['', undefined],
    [`${frontEnd}.evil.example`, undefined],
    [`${frontEnd}:8443`, undefined],
    ['http://front.example.com', undefined],
    [`${frontEnd}/`, undefined],
  ])('is denied with Origin %s and Sec-Fetch-Site %s', async (origin, site) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(refusalOf(await browser.fetch('/account', { method, headers: sent(origin, site) }))).toEqual({
        status: 403,
        code: 'cross_site_request',
        challenge: null,
      });
    }
    expect((await browser.fetch('/optional', { method: 'POST', headers: sent(origin, site) })).status).toBe(
      403,
    );
  });

  it('is accepted from anywhere with a safe method, because links have to work', async () => {
    const headers = { ...sent('https://evil.example', 'cross-site'), 'sec-fetch-mode': 'navigate' };
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect((await browser.fetch('/account', { method, headers })).status).toBe(200);
    }
  });

  it('is checked by its overridden method when the app supports method override', async () => {
    const headers = { ...sent(undefined, 'cross-site'), 'x-http-method-override': 'DELETE' };
    expect((await browser.fetch('/account', { headers })).status).toBe(403);
  });

  it('is denied for its origin only when the session matters: not when it is anonymous or the route is public', async () => {
    const headers = sent('https://evil.example', 'cross-site');
    const anonymous = app.browser();

    expect((await anonymous.fetch('/account', { method: 'POST', headers })).status).toBe(401);
    expect((await anonymous.fetch('/optional', { method: 'POST', headers })).status).toBe(201);
    expect((await browser.fetch('/public', { method: 'POST', headers })).status).toBe(201);
  });

  it('is answered with a page that gives the reason if a form of another site sends it', async () => {
    const headers = { ...sent('https://evil.example', 'cross-site'), 'sec-fetch-mode': 'navigate' };
    const page = await browser.fetch('/account', { method: 'POST', headers });

    expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(page.text).toContain('Another site sent this request');
  });
});
