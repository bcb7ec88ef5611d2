import { beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { asInMain, asInTests, startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import type { Page } from '../support/requests/browser.js';
import { isSignedIn } from '../support/requests/is-signed-in.js';
import { startIssuer } from '../support/logto/issuer.js';
import { PagesController } from '../support/requests/pages.js';

const frontEnd = 'https://app.example.com';
const other = 'https://other.example.com';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts> = {}): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], logto: { allowedOrigins: [frontEnd] }, ...parts });

/** The headers of a script's request on another origin of the same site. */
const from = (origin: string): Record<string, string> => ({
  origin,
  accept: 'application/json',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-site',
});

const cors = ({ headers }: Page): (string | null)[] =>
  ['access-control-allow-origin', 'access-control-allow-credentials'].map((name) => headers.get(name));

const allowed = [frontEnd, 'true'];
const refused = [null, null];

const vary = ({ headers }: Page): string[] => (headers.get('vary') ?? '').split(/, */);

const preflight = (app: TestApp, path: string, method: string, origin = frontEnd): Promise<Page> =>
  app.browser().fetch(path, {
    method: 'OPTIONS',
    headers: {
      ...from(origin),
      'access-control-request-method': method,
      'access-control-request-headers': 'x-request-id',
    },
  });

/** How apps configure CORS themselves. */
const configurations: [what: string, configure: ((app: NestExpressApplication) => void) | undefined][] = [
  ['no CORS of the app', undefined],
  ["the app's enableCors() for every origin", (app) => app.enableCors()],
  [
    "the app's enableCors() for another origin",
    (app) => app.enableCors({ origin: [other], credentials: true }),
  ],
  [
    "the app's enableCors() for the same origin, without credentials",
    (app) => app.enableCors({ origin: frontEnd }),
  ],
];

describe.each([
  ['an app', asInMain],
  ['an app under test', asInTests],
])('The session and sign-out routes of %s', (_, create) => {
  describe.each(configurations)('with %s', (__, configure) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await start({ create, ...(configure && { configure }) });
    });

    it('can be read with cookies by a page on an allowed origin', async () => {
      const browser = await app.signedInBrowser(issuer);

      const session = await browser.fetch('/logto/session', { headers: from(frontEnd) });
      const signOut = await browser.fetch('/logto/sign-out', { method: 'POST', headers: from(frontEnd) });

      expect([session, signOut].map(cors)).toEqual([allowed, allowed]);
      expect(session.json()).toMatchObject({ isAuthenticated: true, user: { sub: 'ada' } });
      expect(signOut.json()).toEqual({ redirectTo: expect.stringContaining(issuer.issuer) });
      expect(await isSignedIn(browser)).toBe(false);
    });

    it('say that their response depends on the origin, even without one', async () => {
      const pages = [
        await app.browser().fetch('/logto/session', { headers: from(frontEnd) }),
        await app.browser().fetch('/logto/session'),
      ];

      for (const page of pages) expect(vary(page)).toContain('Origin');
    });

    it.each([
      ['/logto/session', 'GET'],
      ['/logto/sign-out', 'POST'],
    ])('answer a preflight request for %s', async (path, method) => {
      const page = await preflight(app, path, method);

      expect([page.status, page.text]).toEqual([204, '']);
      expect(cors(page)).toEqual(allowed);
      expect(page.headers.get('access-control-allow-methods')).toBe(method);
      expect(page.headers.get('access-control-allow-headers')).toBe('x-request-id');
      expect(vary(page)).toEqual(expect.arrayContaining(['Origin', 'Access-Control-Request-Headers']));
      expect(page.headers.has('set-cookie')).toBe(false);
    });
  });
});

describe('CORS of the module', () => {
  it.each([
    'https://evil.example',
    'null',
    `${frontEnd}.evil.example`,
    `${frontEnd}:8443`,
    'http://app.example.com',
  ])('lets no page of %s read the routes', async (origin) => {
    const app = await start();
    const browser = await app.signedInBrowser(issuer);

    const session = await browser.fetch('/logto/session', { headers: from(origin) });
    const preflights = [
      await preflight(app, '/logto/session', 'GET', origin),
      await preflight(app, '/logto/sign-out', 'POST', origin),
    ];

    expect([session, ...preflights].map(cors)).toEqual([refused, refused, refused]);
  });

  it.each(['/logto/sign-in', '/logto/back-channel-logout', '/user'])('does not cover %s', async (path) => {
    const app = await start();

    const page = await app.browser().fetch(path, { headers: from(frontEnd) });

    expect(cors(page)).toEqual(refused);
    expect(cors(await preflight(app, path, 'GET'))).toEqual(refused);
  });

  it('leaves the preflight requests of other origins to the app', async () => {
    const app = await start({ configure: (nest) => nest.enableCors({ origin: [other], credentials: true }) });

    expect(cors(await preflight(app, '/logto/session', 'GET', other))).toEqual([other, 'true']);
  });

  it('does nothing without allowedOrigins', async () => {
    const app = await start({ logto: {} });

    const page = await app.browser().fetch('/logto/session', { headers: from(frontEnd) });

    expect(cors(page)).toEqual(refused);
    expect(vary(page)).not.toContain('Origin');
  });

  it('lets a page read the errors of the routes', async () => {
    const app = await start({
      configure: (nest) =>
        nest.use('/logto', (_request: unknown, response: { sendStatus(status: number): void }) =>
          response.sendStatus(429),
        ),
    });

    const page = await app.browser().fetch('/logto/session', { headers: from(frontEnd) });

    expect([page.status, cors(page)]).toEqual([429, allowed]);
  });

  it('works with the global prefix at the end of baseUrl', async () => {
    const app = await start();
    const prefixed = await start({
      logto: { allowedOrigins: [frontEnd], baseUrl: `${app.baseUrl}/api` },
      configure: (nest) => nest.setGlobalPrefix('api'),
    });

    expect(cors(await preflight(prefixed, '/api/logto/session', 'GET'))).toEqual(allowed);
  });
});
