import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoGuard, RequireScopes, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import type { Browser } from '../../support/requests/browser.js';
import { resource } from '../../support/logto/issuer.js';
import { machine, otherResource, tokenOptions } from '../../support/app/token-app.js';
import { closeLater } from '../../support/runner/leftovers.js';

class Routes {
  @Get('read')
  @RequireScopes('read:things')
  read(): string {
    return 'read';
  }

  @Get('both')
  @RequireScopes('read:things', 'write:things')
  both(): string {
    return 'both';
  }

  @Get('either')
  @RequireScopes('read:things', 'write:things', { mode: 'any' })
  either(): string {
    return 'either';
  }

  @Get('prefix')
  @RequireScopes('read')
  prefix(): string {
    return 'prefix';
  }

  @Get('longer')
  @RequireScopes('read:things:all')
  longer(): string {
    return 'longer';
  }

  @Get('named')
  @RequireScopes('read:others', { resource: 'https://other.example.com' })
  named(): string {
    return 'named';
  }

  @Post('write')
  @RequireScopes('write:things')
  write(): string {
    return 'written';
  }
}

@Controller('api')
@UseGuards(LogtoApiGuard)
class ApiController extends Routes {}

@Controller('pages')
@UseGuards(LogtoGuard)
class PagesController extends Routes {}

/** The class requires one scope, a handler another one. */
@Controller('added')
@UseGuards(LogtoGuard)
@RequireScopes('read:things')
@WithLogto({ accept: ['session', 'bearer'] })
class AddedController {
  @Get()
  ofClass(): string {
    return 'of the class';
  }

  @Get('handler')
  @RequireScopes('write:things')
  ofBoth(): string {
    return 'of both';
  }
}

const forbidden = { status: 403, code: 'insufficient_scope' };

describe('@RequireScopes', () => {
  let issuer: LogtoEmulator;
  let tokens: RealTokens;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
    tokens = closeLater(await RealTokens.from(issuer));
  });

  describe('for a bearer token', () => {
    let api: TestApp;
    let [reader, writer, both, nothing, other] = ['', '', '', '', ''];

    beforeAll(async () => {
      api = await startApi({
        issuer,
        controllers: [ApiController, AddedController],
        api: { audience: [resource, otherResource] },
      });
      issuer.setApplication({
        id: machine.appId,
        secret: machine.appSecret,
        type: 'MachineToMachine',
        roles: ['admin'],
      });
      reader = await tokens.ofMachine({ resource, scope: 'read:things' });
      writer = await tokens.ofMachine({ resource, scope: 'write:things' });
      both = await tokens.ofMachine({ resource, scope: 'read:things write:things' });
      nothing = await tokens.ofMachine({ resource });
      other = await tokens.ofUser('ada', { resource: otherResource });
    });

    const status = async (path: string, token: string): Promise<number> =>
      (await call(api, path, token)).status;

    it('requires all of the scopes', async () => {
      expect([
        await status('/api/read', reader),
        await status('/api/read', writer),
        await status('/api/read', nothing),
        await status('/api/both', reader),
        await status('/api/both', writer),
        await status('/api/both', both),
      ]).toEqual([200, 403, 403, 403, 403, 200]);
    });

    it('requires one of them with `mode: "any"`', async () => {
      expect([
        await status('/api/either', reader),
        await status('/api/either', writer),
        await status('/api/either', nothing),
      ]).toEqual([200, 200, 403]);
    });

    it('compares whole scopes: `read:things` is neither `read` nor `read:things:all`', async () => {
      expect(refusalOf(await call(api, '/api/prefix', both))).toMatchObject(forbidden);
      expect(refusalOf(await call(api, '/api/longer', both))).toMatchObject(forbidden);
    });

    it('names the required scopes in the body and in the challenge (RFC 6750 section 3.1)', async () => {
      const answer = await call(api, '/api/both', reader);

      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toEqual({
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code: 'insufficient_scope',
        detail: 'This request requires the scope "write:things".',
        help: expect.stringMatching(/errors\.md#insufficient_scope$/),
        scope: 'read:things write:things',
      });
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_scope", scope="read:things write:things"',
      );
      expect(JSON.stringify([...answer.headers])).not.toContain(reader.slice(0, 20));
      expect((await call(api, '/api/either', nothing)).json()).toMatchObject({
        detail: 'This request requires the scope "read:things" or "write:things".',
      });
    });

    it('adds up the scopes of class and handler', async () => {
      expect([
        await status('/added', reader),
        await status('/added', writer),
        await status('/added/handler', reader),
        await status('/added/handler', writer),
        await status('/added/handler', both),
      ]).toEqual([200, 403, 403, 403, 200]);
    });

    it('counts only scopes of the given resource, by default of the audience of the API', async () => {
      expect([await status('/api/named', other), await status('/api/named', both)]).toEqual([200, 403]);
      expect(await status('/api/read', other)).toBe(403);
    });

    it('applies to HEAD as to GET', async () => {
      expect((await call(api, '/api/read', reader, { method: 'HEAD' })).status).toBe(200);
      expect((await call(api, '/api/read', writer, { method: 'HEAD' })).status).toBe(403);
    });
  });

  describe('for a signed-in user', () => {
    afterEach(() => issuer.clearFaults());

    async function signedIn(
      logto: Parameters<typeof startApp>[0]['logto'] = {},
      username = 'ada',
    ): Promise<Browser> {
      const app = await startApp({
        issuer,
        controllers: [PagesController, AddedController],
        logto: { ...tokenOptions, api: { audience: resource }, ...logto },
      });
      const browser = app.browser();
      await browser.signIn(issuer, username);
      issuer.resetRequests();
      return browser;
    }

    it('takes the scopes of an access token for `api.audience`, which it requests once', async () => {
      const ada = await signedIn();
      const statuses = [];
      for (const path of ['/pages/read', '/pages/both', '/pages/either', '/pages/prefix', '/added']) {
        statuses.push((await ada.fetch(path)).status);
      }

      expect(statuses).toEqual([200, 403, 200, 403, 200]);
      expect(issuer.requests('token').map(({ body }) => body['resource'])).toEqual([resource]);
    });

    it('takes the scopes of the given resource', async () => {
      const ada = await signedIn();

      expect((await ada.fetch('/pages/named')).text).toBe('named');
      expect(issuer.requests('token').map(({ body }) => body['resource'])).toEqual([otherResource]);
    });

    it('takes the scopes of the only entry of `resources` without an API', async () => {
      const ada = await signedIn({ api: undefined, resources: [resource] });

      expect((await ada.fetch('/pages/read')).text).toBe('read');
    });

    it('fails with a clear code when the resource is ambiguous', async () => {
      const ada = await signedIn({ api: undefined });

      expect(refusalOf(await ada.fetch('/pages/read'))).toMatchObject({
        status: 500,
        code: 'requirement_incomplete',
      });
      expect((await ada.fetch('/pages/named')).status).toBe(200);
    });

    it('denies a user without the scope, without a challenge', async () => {
      const bob = await signedIn({}, 'bob');

      expect(refusalOf(await bob.fetch('/pages/read'))).toEqual({ ...forbidden, challenge: null });
    });

    it('shows a page to a browser', async () => {
      const bob = await signedIn({}, 'bob');
      const page = await bob.open('/pages/read');

      expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
      expect(page.text).toContain('This request requires the scope &quot;read:things&quot;.');
    });

    it.each([
      ['breaks', { destroy: true }],
      ['fails', { status: 500 }],
    ])('answers 503 while the token endpoint %s, and keeps the user signed in', async (_, fault) => {
      const ada = await signedIn();
      issuer.failNext('token', { ...fault, times: 2 });

      expect(refusalOf(await ada.fetch('/pages/read'))).toMatchObject({ status: 503 });
      issuer.clearFaults();
      expect((await ada.fetch('/pages/read')).status).toBe(200);
    });

    it('redirects a user whose grant was revoked to sign-in', async () => {
      const ada = await signedIn();
      issuer.revokeGrants('ada');

      const page = await ada.open('/pages/read');
      expect(page.status).toBe(302);
      expect(page.location).toMatch(/\/logto\/sign-in\?returnTo=%2Fpages%2Fread$/);
      expect(refusalOf(await ada.fetch('/pages/read'))).toMatchObject({
        status: 401,
        code: 'not_authenticated',
      });
    });
  });
});
