import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { LogtoApiGuard, LogtoGuard, RequireScopes, WithLogto } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp, type TestApp } from '../../support/app.js';
import type { Browser } from '../../support/browser.js';
import { resource } from '../../support/issuer.js';
import { machine, otherResource, tokenOptions } from '../../support/token-app.js';
import { call, refusalOf, startApi } from '../../access/support/api.js';
import { RealTokens, startAccessIssuer } from '../../access/support/real-tokens.js';

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

/** The class asks for one scope, a handler for one more. */
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
    tokens = await RealTokens.from(issuer);
  });

  afterAll(async () => {
    await tokens.close();
    await issuer.close();
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

    afterAll(() => api.close());

    const status = async (path: string, token: string): Promise<number> =>
      (await call(api, path, token)).status;

    it('wants all of the scopes', async () => {
      expect([
        await status('/api/read', reader),
        await status('/api/read', writer),
        await status('/api/read', nothing),
        await status('/api/both', reader),
        await status('/api/both', writer),
        await status('/api/both', both),
      ]).toEqual([200, 403, 403, 403, 403, 200]);
    });

    it('wants one of them with `mode: "any"`', async () => {
      expect([
        await status('/api/either', reader),
        await status('/api/either', writer),
        await status('/api/either', nothing),
      ]).toEqual([200, 200, 403]);
    });

    it('compares scopes whole: `read` is not `read:things`, nor is that `read:things:all`', async () => {
      expect(refusalOf(await call(api, '/api/prefix', both))).toMatchObject(forbidden);
      expect(refusalOf(await call(api, '/api/longer', both))).toMatchObject(forbidden);
    });

    it('names what is missing in the body and in the challenge (RFC 6750 section 3.1), and not the token', async () => {
      const answer = await call(api, '/api/both', reader);

      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toEqual({
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        code: 'insufficient_scope',
        detail: 'This needs the scope "write:things".',
        scope: 'read:things write:things',
      });
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_scope", scope="read:things write:things"',
      );
      expect(JSON.stringify([...answer.headers])).not.toContain(reader.slice(0, 20));
      expect((await call(api, '/api/either', nothing)).json()).toMatchObject({
        detail: 'This needs the scope "read:things" or "write:things".',
      });
    });

    it('adds up what class and handler ask for', async () => {
      expect([
        await status('/added', reader),
        await status('/added', writer),
        await status('/added/handler', reader),
        await status('/added/handler', writer),
        await status('/added/handler', both),
      ]).toEqual([200, 403, 403, 403, 200]);
    });

    it('counts scopes of the stated resource alone, by default of the audience that the token is for', async () => {
      expect([await status('/api/named', other), await status('/api/named', both)]).toEqual([200, 403]);
      expect(await status('/api/read', other)).toBe(403);
    });

    it('holds for HEAD as it does for GET', async () => {
      expect((await call(api, '/api/read', reader, { method: 'HEAD' })).status).toBe(200);
      expect((await call(api, '/api/read', writer, { method: 'HEAD' })).status).toBe(403);
    });
  });

  describe('for a signed-in user', () => {
    const apps: TestApp[] = [];

    afterEach(async () => {
      issuer.clearFaults();
      for (const app of apps.splice(0)) await app.close();
    });

    async function signedIn(
      logto: Parameters<typeof startApp>[0]['logto'] = {},
      username = 'ada',
    ): Promise<Browser> {
      const app = await startApp({
        issuer,
        controllers: [PagesController, AddedController],
        logto: { ...tokenOptions, api: { audience: resource }, ...logto },
      });
      apps.push(app);
      const browser = app.browser();
      await browser.signIn(issuer, username);
      issuer.resetRequests();
      return browser;
    }

    it('takes the scopes of the user’s access token for `api.audience`, which it gets once', async () => {
      const ada = await signedIn();
      const statuses = [];
      for (const path of ['/pages/read', '/pages/both', '/pages/either', '/pages/prefix', '/added']) {
        statuses.push((await ada.fetch(path)).status);
      }

      expect(statuses).toEqual([200, 403, 200, 403, 200]);
      expect(issuer.requests('token').map(({ body }) => body['resource'])).toEqual([resource]);
    });

    it('takes them of the stated resource', async () => {
      const ada = await signedIn();

      expect((await ada.fetch('/pages/named')).text).toBe('named');
      expect(issuer.requests('token').map(({ body }) => body['resource'])).toEqual([otherResource]);
    });

    it('takes them of the only one of `resources` where there is no API', async () => {
      const ada = await signedIn({ api: undefined, resources: [resource] });

      expect((await ada.fetch('/pages/read')).text).toBe('read');
    });

    it('says so where it cannot know which resource is meant', async () => {
      const ada = await signedIn({ api: undefined });

      expect(refusalOf(await ada.fetch('/pages/read'))).toMatchObject({
        status: 500,
        code: 'requirement_incomplete',
      });
      expect((await ada.fetch('/pages/named')).status).toBe(200);
    });

    it('refuses who has none, without a challenge for tokens', async () => {
      const bob = await signedIn({}, 'bob');

      expect(refusalOf(await bob.fetch('/pages/read'))).toEqual({ ...forbidden, challenge: null });
    });

    it('shows a browser a page, not a body of JSON', async () => {
      const bob = await signedIn({}, 'bob');
      const page = await bob.open('/pages/read');

      expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
      expect(page.text).toContain('This needs the scope &quot;read:things&quot;.');
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

    it('sends a user whom Logto has signed out to the sign-in', async () => {
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
