import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoException } from 'nestjs-logto';
import type { EmulatorFault } from 'nestjs-logto/emulator';
import type { Browser, Page } from '../support/requests/browser.js';
import { callbackPath } from '../support/logto/callback-path.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { machine, startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { organizationTokenPath, resourceTokenPath } from '../support/logto/token-path.js';

/** Words that only operators may see. */
const forOperators = /appId|appSecret|Console|resources`|scopes`|machineToMachine|Management API|options/;

const refused = (error: string, status = 400): EmulatorFault => ({ status, body: { error } });

const issuer = await startIssuer(tokenTenant);
const app = await startTokenApp({ issuer, logto: { machineToMachine: machine } });

describe('A refusal by Logto', () => {
  let browser: Browser;

  beforeEach(async () => {
    browser = await app.signedInBrowser(issuer);
    process.env.NODE_ENV = 'production';
  });

  afterEach(() => {
    process.env.NODE_ENV = 'test';
    issuer.clearFaults();
    issuer.setApplication({ ...application, allowTokenExchange: true });
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
      'of a used subject token',
      async () => {
        const subjectToken = issuer.createSubjectToken('ada');
        await app.logto.exchangeToken({ subjectToken, resource });
        return exchange(subjectToken);
      },
      { code: 'invalid_grant', status: 500, says: /subject token[^]*exchanged once/, never: /[Ss]ign in/ },
    ],
    [
      'of a subject token for a suspended user',
      async () => {
        const subjectToken = issuer.createSubjectToken('bob');
        issuer.suspendUser('bob');
        return exchange(subjectToken);
      },
      { code: 'invalid_grant', status: 500, says: /suspended/, never: /[Ss]ign in/ },
    ],
    [
      'of an exchange that the application may not make',
      () => {
        issuer.setApplication({ ...application, allowTokenExchange: false });
        return exchange(issuer.createSubjectToken('ada'));
      },
      { code: 'invalid_request', status: 500, says: /oken exchange in Logto Console > Applications/ },
    ],
    [
      'of an exchange for an unknown resource',
      () => exchange(issuer.createSubjectToken('ada'), { resource: 'https://nowhere.example.com' }),
      { code: 'invalid_target', status: 500, says: /API resources/, never: /sign-in|List it/ },
    ],
    [
      'of an exchange for an organization of which the user is not a member',
      () => exchange(issuer.createSubjectToken('ada'), { resource: undefined, organizationId: 'org_2' }),
      { code: 'access_denied', status: 403, says: /member of the organization/ },
    ],
    [
      'of client credentials without a resource or an organization',
      () => machineToken(),
      {
        code: 'invalid_target',
        status: 500,
        says: /`resource` or an `organizationId`/,
        never: /sign-in|`resources`/,
      },
    ],
    [
      'of client credentials for an unknown resource',
      () => machineToken({ resource: 'https://nowhere.example.com' }),
      { code: 'invalid_target', status: 500, says: /API resources/, never: /sign-in|`resources`/ },
    ],
    [
      'of client credentials for an organization of which the application is not a member',
      () => machineToken({ organizationId: 'org_2' }),
      { code: 'access_denied', status: 403, says: /application[^]*organization[^]*Logto Console/ },
    ],
    [
      'of client credentials with a wrong secret',
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
      'of client credentials for a web application',
      () => {
        issuer.failNext('token', refused('invalid_request'));
        return machineToken({ organizationId: 'org_1', scope: 'another' });
      },
      { code: 'invalid_request', status: 500, says: /machine-to-machine/ },
    ],
  ];

  it.each(rows)('%s is reported with its remedy', async (_, ask, { code, status, says, never }) => {
    const exception = await ask();
    issuer.restoreUser('bob');

    expect([exception.code, exception.getStatus()]).toEqual([code, status]);
    expect(exception.message).toMatch(says);
    if (never) expect(exception.message).not.toMatch(never);
    expect(exception.detail).not.toMatch(forOperators);
  });

  it.each([
    ['invalid_target', 400, 500, /List it in `resources`/],
    ['insufficient_scope', 403, 403, /List it in `scopes`/],
    ['invalid_scope', 400, 500, /scopes`/],
    ['unsupported_grant_type', 400, 500, /refresh/],
    ['unauthorized_client', 400, 503, /refresh tokens[^]*Logto Console/],
    ['access_denied', 403, 403, /denied/],
    ['slow_it_down', 400, 401, /slow_it_down/],
  ])(
    'of a refresh with %s is explained in development and not in production',
    async (error, answered, status, says) => {
      await browser.fetch('/clear-access-token');
      issuer.failNext('token', refused(error, answered));
      process.env.NODE_ENV = 'test';
      const dev = await browser.fetch(resourceTokenPath);
      expect([dev.status, dev.json().detail]).toEqual([status, expect.stringMatching(says)]);

      process.env.NODE_ENV = 'production';
      issuer.failNext('token', refused(error, answered));
      const page = await browser.open(resourceTokenPath);
      expect(page.status).toBe(status);
      expect(page.text).not.toMatch(forOperators);
      expect(page.text).not.toContain('slow_it_down');
    },
  );

  describe('that the operator has to fix', () => {
    /** Expects a page that does not ask the user to try again. */
    function expectNoRetry(page: Page, code: string): void {
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, null]);
      expect(page.text).toContain(`<code>${code}</code>`);
      expect(page.text).not.toMatch(/try again|shortly/i);
      expect(page.text).not.toMatch(forOperators);
    }

    it('such as a wrong secret does not ask to try again, and does not sign users out', async () => {
      issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
      const before = leaks.logged.length;

      expectNoRetry(await browser.open(organizationTokenPath), 'invalid_client');
      expect(leaks.logged.slice(before).join('\n')).toContain('Check `appId` and `appSecret`');
      expect((await browser.open('/user')).json()).toMatchObject({ isAuthenticated: true });

      const stranger = app.browser();
      const callback = await stranger.authorize(issuer);
      expectNoRetry(await stranger.open(callback), 'invalid_client');
    });

    it('is not explained in problem details either', async () => {
      issuer.setApplication({ ...application, secret: 'changed-in-the-console' });
      const problem = await browser.fetch(organizationTokenPath);

      expect(problem.headers.get('retry-after')).toBeNull();
      expect(problem.json()).toMatchObject({ status: 503, code: 'invalid_client' });
      expect(problem.text).not.toMatch(/shortly/);
    });

    it('such as a wrong `endpoint` does not ask to try again', async () => {
      const lost = await startTokenApp({ issuer });
      issuer.failNext('discovery', { status: 404, body: 'Not found' });

      expectNoRetry(await lost.browser().open('/logto/sign-in'), 'provider_misconfigured');
    });
  });

  describe('at the callback', () => {
    async function callBackWith(error: string): Promise<Page> {
      const { location = '' } = await browser.open('/logto/sign-in');
      const state = new URL(location).searchParams.get('state') ?? '';
      return browser.fetch(callbackPath({ error, state, iss: issuer.issuer }));
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
    ])('with %s is explained in development and not in production', async (error, status, says) => {
      process.env.NODE_ENV = 'test';
      const dev = await callBackWith(error);
      expect([dev.status, dev.json().detail]).toEqual([status, expect.stringMatching(says)]);

      process.env.NODE_ENV = 'production';
      const visitor = await callBackWith(error);
      expect(visitor.status).toBe(status);
      expect(visitor.json().detail).not.toMatch(forOperators);
      expect(visitor.json().detail).not.toContain('a_new_error');
    });

    it('shows only safe characters of Logto’s error code', async () => {
      process.env.NODE_ENV = 'test';
      const { detail } = (await callBackWith('<b>evil</b>\r\n2026 ERROR forged line'.repeat(9))).json();

      expect(detail).toMatch(/^Logto rejected the sign-in with "[\w.:-]{1,64}"/);
    });
  });

  it('of a used code is reported as such', async () => {
    process.env.NODE_ENV = 'test';
    const stranger = app.browser();
    const callback = await stranger.authorize(issuer);
    issuer.failNext('token', refused('invalid_grant'));

    const answer = await stranger.fetch(callback);
    expect([answer.status, answer.json().code]).toEqual([401, 'invalid_grant']);
    expect(answer.json().detail).toMatch(/code/);
  });
});
