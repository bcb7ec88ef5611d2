import { describe, expect, it } from '@jest/globals';
import { VersioningType, type VersioningOptions } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { expectRoundTrip } from '../support/requests/expect-round-trip.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('The routes', () => {
  describe('keep the paths that are registered at Logto', () => {
    it('with a global prefix', async () => {
      const app = await start({ configure: (nest) => nest.setGlobalPrefix('api') });

      await expectRoundTrip(issuer, { origin: app.baseUrl, page: '/api/protected' });
      expect((await app.browser().open('/api/logto/sign-in')).status).toBe(404);
    });

    it('with a global prefix that excludes other routes', async () => {
      const app = await start({
        configure: (nest) => nest.setGlobalPrefix('api/v1', { exclude: ['user'] }),
      });

      await expectRoundTrip(issuer, { origin: app.baseUrl, page: '/api/v1/protected' });
      expect((await app.browser().open('/user')).status).toBe(200);
      expect((await app.browser().open('/api/v1/user')).status).toBe(404);
    });

    it.each<[string, VersioningOptions, string, Record<string, string>]>([
      ['the path', { type: VersioningType.URI, defaultVersion: '1' }, '/v1/protected', {}],
      [
        'a header',
        { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' },
        '/protected',
        { 'x-version': '1' },
      ],
      [
        'the media type',
        { type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '1' },
        '/protected',
        { accept: 'text/html;v=1' },
      ],
    ])('with versions in %s', async (_, versioning, page, headers) => {
      const app = await start({ configure: (nest) => nest.enableVersioning(versioning) });

      expect((await app.browser().open('/logto/sign-in')).status).toBe(302);
      const browser = await app.signedInBrowser(issuer);
      expect((await browser.open(page, headers)).text).toBe('hello ada');
    });

    it('with a global prefix and versions', async () => {
      const app = await start({
        configure: (nest) => {
          nest.setGlobalPrefix('api');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
        },
      });

      await expectRoundTrip(issuer, { origin: app.baseUrl, page: '/api/v2/protected' });
    });

    it('under authRoutesPrefix', async () => {
      const app = await start({
        logto: { authRoutesPrefix: '/account/auth/' },
        configure: (nest) => nest.setGlobalPrefix('api'),
      });

      await expectRoundTrip(issuer, {
        origin: app.baseUrl,
        page: '/api/protected',
        routes: '/account/auth',
      });
      expect((await app.browser().open('/logto/sign-in')).status).toBe(404);
    });

    it('in two apps of one process with different prefixes', async () => {
      const [one, other] = [
        await start({ logto: { authRoutesPrefix: 'one' } }),
        await start({ logto: { authRoutesPrefix: 'other' } }),
      ];

      await expectRoundTrip(issuer, { origin: one.baseUrl, routes: '/one' });
      await expectRoundTrip(issuer, { origin: other.baseUrl, routes: '/other' });
      expect((await one.browser().open('/other/sign-in')).status).toBe(404);
    });
  });

  it('answer errors with a page that may not load or run anything', async () => {
    const page = await (await start()).browser().open('/logto/sign-in-callback?code=a&state=b');

    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are left out of the app’s OpenAPI document, and @AuthUser() is not a parameter there', async () => {
    const { app } = await start();

    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());

    expect(Object.keys(document.paths).filter((path) => path.includes('logto'))).toEqual([]);
    expect(document.paths['/user']?.get?.parameters).toEqual([]);
  });

  it.each([
    ['POST', '/logto/sign-in'],
    ['PUT', '/logto/sign-out'],
    ['DELETE', '/logto/sign-out'],
    ['POST', '/logto/sign-in-callback'],
    ['GET', '/logto'],
    ['GET', '/logto/back-channel-logout'],
  ])('do not answer %s %s', async (method, path) => {
    const app = await start();

    expect((await app.browser().fetch(path, { method })).status).toBe(404);
  });
});
