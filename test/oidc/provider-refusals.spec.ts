import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoException } from 'nestjs-logto';
import type { EmulatorFault, LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import type { Browser, Page } from '../support/browser.js';
import { application, resource, startIssuer } from '../support/issuer.js';
import { leaks } from '../support/leaks.js';
import { machine, startTokenApp, tokenTenant } from '../support/token-app.js';

/** What no visitor has any use for. */
const forOperators = /appId|appSecret|Console|resources`|scopes`|machineToMachine|Management API|options/;

const refused = (error: string, status = 400): EmulatorFault => ({ status, body: { error } });

describe('What Logto refuses', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    issuer = await startIssuer(tokenTenant);
    app = await startTokenApp({ issuer, logto: { machineToMachine: machine } });
  });

  beforeEach(async () => {
    browser = app.browser();
    await browser.signIn(issuer);
    process.env.NODE_ENV = 'production';
  });

  afterEach(() => {
    process.env.NODE_ENV = 'test';
    issuer.clearFaults();
    issuer.setApplication({ ...application, allowTokenExchange: true });
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  const failure = (work: Promise<unknown>): Promise<LogtoException> =>
    work.then(
      () => Promise.reject(new Error('It was not refused.')),
      (error: unknown) => error as LogtoException,
    );

  const exchange = (subjectToken: string, more = {}): Promise<LogtoException> =>
    failure(app.logto.exchangeToken({ subjectToken, resource, ...more }));

  const machineToken = (target = {}): Promise<LogtoException> =>
    failure(app.logto.getClientCredentialsToken(target));

  type Row = [
    what: string,
    ask: () => Promise<LogtoException>,
    expected: { code: string; status: number; says: RegExp; never?: RegExp },
  ];

  const rows: Row[] = [
    [
      'a subject token that was used before',
      async () => {
        const subjectToken = issuer.createSubjectToken('ada');
        await app.logto.exchangeToken({ subjectToken, resource });
        return exchange(subjectToken);
      },
      { code: 'invalid_grant', status: 500, says: /subject token[^]*one exchange/, never: /[Ss]ign in/ },
    ],
    [
      'a subject token of a user who is suspended',
      async () => {
        const subjectToken = issuer.createSubjectToken('bob');
        issuer.suspendUser('bob');
        return exchange(subjectToken);
      },
      { code: 'invalid_grant', status: 500, says: /suspended/, never: /[Ss]ign in/ },
    ],
    [
      'an exchange that the application is not allowed',
      () => {
        issuer.setApplication({ ...application, allowTokenExchange: false });
        return exchange(issuer.createSubjectToken('ada'));
      },
      { code: 'invalid_request', status: 500, says: /oken exchange in Logto Console > Applications/ },
    ],
    [
      'an exchange for a resource that nobody has created',
      () => exchange(issuer.createSubjectToken('ada'), { resource: 'https://nowhere.example.com' }),
      { code: 'invalid_target', status: 500, says: /API resources/, never: /sign-in|List it/ },
    ],
    [
      'an exchange for an organization that the user is not in',
      () => exchange(issuer.createSubjectToken('ada'), { resource: undefined, organizationId: 'org_2' }),
      { code: 'access_denied', status: 403, says: /member of the organization/ },
    ],
    [
      'a token of the app itself that is for nothing',
      () => machineToken(),
      {
        code: 'invalid_target',
        status: 500,
        says: /`resource` or an `organizationId`/,
        never: /sign-in|`resources`/,
      },
    ],
    [
      'a token of the app itself for a resource that nobody has created',
      () => machineToken({ resource: 'https://nowhere.example.com' }),
      { code: 'invalid_target', status: 500, says: /API resources/, never: /sign-in|`resources`/ },
    ],
    [
      'a token of the app itself for an organization that the application is not in',
      () => machineToken({ organizationId: 'org_2' }),
      { code: 'access_denied', status: 403, says: /application[^]*organization[^]*Logto Console/ },
    ],
    [
      'a token of the app itself with a wrong secret',
      () => {
        issuer.failNext('token', refused('invalid_client', 401));
        return machineToken({ organizationId: 'org_1', scope: 'other' });
      },
      {
        code: 'invalid_client',
        status: 503,
        says: /machineToMachine: \{ appId, appSecret \}/,
        never: /shortly/,
      },
    ],
    [
      'a token of the app itself that a web application asks for',
      () => {
        issuer.failNext('token', refused('invalid_request'));
        return machineToken({ organizationId: 'org_1', scope: 'another' });
      },
      { code: 'invalid_request', status: 500, says: /machine-to-machine/ },
    ],
  ];

  it.each(rows)('%s is told with the remedy that fits it', async (_, ask, { code, status, says, never }) => {
    const exception = await ask();
    issuer.restoreUser('bob');

    expect([exception.code, exception.getStatus()]).toEqual([code, status]);
    expect(exception.message).toMatch(says);
    if (never) expect(exception.message).not.toMatch(never);
    expect(exception.detail).not.toMatch(forOperators);
  });

  const forResource = `/token?resource=${encodeURIComponent(resource)}`;

  it.each([
    ['invalid_target', 400, 500, /List it in `resources`/],
    ['insufficient_scope', 403, 403, /List it in `scopes`/],
    ['invalid_scope', 400, 500, /scopes`/],
    ['unsupported_grant_type', 400, 500, /refresh/],
    ['unauthorized_client', 400, 503, /refresh tokens[^]*Logto Console/],
    ['access_denied', 403, 403, /denied/],
    ['slow_it_down', 400, 401, /slow_it_down/],
  ])('a refresh that is refused by %s', async (error, answered, status, says) => {
    await browser.fetch('/clear-access-token');
    issuer.failNext('token', refused(error, answered));
    process.env.NODE_ENV = 'test';
    const dev = await browser.fetch(forResource);
    expect([dev.status, dev.json().detail]).toEqual([status, expect.stringMatching(says)]);

    process.env.NODE_ENV = 'production';
    issuer.failNext('token', refused(error, answered));
    const page = await browser.open(forResource);
    expect(page.status).toBe(status);
    expect(page.text).not.toMatch(forOperators);
    expect(page.text).not.toContain('slow_it_down');
  });

  describe('that an operator has to mend', () => {
    /** A page that does not say that all will be well by itself. */
    function expectNoRetry(page: Page, code: string): void {
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, null]);
      expect(page.text).toContain(`<code>${code}</code>`);
      expect(page.text).not.toMatch(/try again|shortly/i);
      expect(page.text).not.toMatch(forOperators);
    }

    it('a wrong secret is no ‘try again shortly’, and signs nobody out', async () => {
      issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
      const before = leaks.logged.length;

      expectNoRetry(await browser.open('/token?organizationId=org_1'), 'invalid_client');
      expect(leaks.logged.slice(before).join('\n')).toContain('Check `appId` and `appSecret`');
      expect((await browser.open('/user')).json()).toMatchObject({ isAuthenticated: true });

      const stranger = app.browser();
      const callback = await stranger.authorize(issuer);
      expectNoRetry(await stranger.open(callback), 'invalid_client');
    });

    it('is that a visitor is shown nothing else in a problem body', async () => {
      issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
      const problem = await browser.fetch('/token?organizationId=org_1');

      expect(problem.headers.get('retry-after')).toBeNull();
      expect(problem.json()).toMatchObject({ status: 503, code: 'invalid_client' });
      expect(problem.text).not.toMatch(/shortly/);
    });

    it('an `endpoint` that is none of Logto’s is no ‘try again shortly’ either', async () => {
      const lost = await startTokenApp({ issuer });
      issuer.failNext('discovery', { status: 404, body: 'Not found' });

      expectNoRetry(await lost.browser().open('/logto/sign-in'), 'provider_misconfigured');
      await lost.close();
    });
  });

  describe('at the callback', () => {
    async function comesBackWith(error: string): Promise<Page> {
      const { location = '' } = await browser.open('/logto/sign-in');
      const asked = new URL(location).searchParams;
      const url = new URL(asked.get('redirect_uri') ?? '');
      url.search = new URLSearchParams({
        error,
        state: asked.get('state') ?? '',
        iss: issuer.issuer,
      }).toString();
      return browser.fetch(url.href);
    }

    it.each([
      ['access_denied', 403, /cancelled/],
      ['invalid_target', 401, /Create it in Logto Console > API resources/],
      ['invalid_scope', 401, /`scopes`/],
      ['invalid_request', 401, /`signInOptions`/],
      ['unauthorized_client', 401, /Logto Console/],
      ['invalid_client', 401, /`appId`/],
      ['login_required', 401, /prompt/],
      ['consent_required', 401, /prompt/],
      ['a_new_error', 401, /"a_new_error"/],
    ])('%s is told to the developer, and not to a visitor', async (error, status, says) => {
      process.env.NODE_ENV = 'test';
      const dev = await comesBackWith(error);
      expect([dev.status, dev.json().detail]).toEqual([status, expect.stringMatching(says)]);

      process.env.NODE_ENV = 'production';
      const visitor = await comesBackWith(error);
      expect(visitor.status).toBe(status);
      expect(visitor.json().detail).not.toMatch(forOperators);
      expect(visitor.json().detail).not.toContain('a_new_error');
    });

    it('names what Logto calls it only as far as that is a name', async () => {
      process.env.NODE_ENV = 'test';
      const { detail } = (await comesBackWith('<b>evil</b>\r\n2026 ERROR forged line'.repeat(9))).json();

      expect(detail).toMatch(/^Logto refused the sign-in with "[\w.:-]{1,64}"/);
    });
  });

  it('of a code that was used before is told as that', async () => {
    process.env.NODE_ENV = 'test';
    const stranger = app.browser();
    const callback = await stranger.authorize(issuer);
    issuer.failNext('token', refused('invalid_grant'));

    const answer = await stranger.fetch(callback);
    expect([answer.status, answer.json().code]).toEqual([401, 'invalid_grant']);
    expect(answer.json().detail).toMatch(/code/);
  });
});
