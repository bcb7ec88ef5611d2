import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import cookieSession from 'cookie-session';
import type { Request } from 'express';
import expressSession from 'express-session';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';

@Controller('visits')
class VisitsController {
  @Get()
  visits(@Req() { session }: Request): number {
    const own = session as unknown as { visits?: number };
    return (own.visits = (own.visits ?? 0) + 1);
  }
}

const issuer = await startIssuer();

describe('A missing session', () => {
  it('does not affect public pages; the first request that needs it fails and names both remedies', async () => {
    const app = await startApp({ issuer, controllers: [PagesController], logto: { session: undefined } });
    const browser = app.browser();

    expect((await browser.open('/')).text).toBe('home');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    for (const path of [
      '/logto/sign-in',
      '/logto/sign-out',
      '/logto/sign-in-callback?code=a&state=b',
      '/protected',
    ]) {
      const page = await browser.fetch(path);
      expect([page.status, page.json().code]).toEqual([500, 'session_not_configured']);
    }
    expect(leaks.logged.join('\n')).toMatch(
      /session_not_configured[^]*`session: \{ secret[^]*app\.use\(session\(/,
    );
  });
});

describe('A session of cookie-session', () => {
  it('is reported by name where the module needs one, and still works for the app', async () => {
    const app = await startApp({
      issuer,
      controllers: [PagesController, VisitsController],
      logto: { session: undefined },
      configure: (nest) => nest.use(cookieSession({ name: 'kept', keys: ['a-key-of-cookie-session'] })),
    });
    const browser = app.browser();

    await browser.open('/visits');
    expect((await browser.open('/visits')).text).toBe('2');
    expect((await browser.open('/user')).json()).toEqual({ isAuthenticated: false });
    for (const path of ['/logto/sign-in', '/protected']) {
      const page = await browser.open(path);
      expect(page.status).toBe(500);
      expect(page.text).toMatch(/cookie-session[^]*session_not_supported/);
    }
  });
});

describe('A session that is mounted twice', () => {
  it('fails at the first request, and never sets two cookies', async () => {
    const app = await startApp({
      issuer,
      controllers: [PagesController],
      configure: (nest) =>
        nest.use(expressSession({ secret: 'another-secret', resave: false, saveUninitialized: true })),
    });
    const browser = app.browser();

    for (const path of ['/', '/user', '/logto/sign-in']) {
      const page = await browser.fetch(path, { headers: { accept: 'application/json' } });
      expect([page.status, page.json().code]).toEqual([500, 'session_configured_twice']);
      expect(page.headers.getSetCookie().join()).not.toContain('logto.sid');
    }
    expect(leaks.logged.join('\n')).toMatch(/session_configured_twice: .*main\.ts.*LogtoModule.*Remove one/);
  });
});
