import { describe, expect, it } from '@jest/globals';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { useLogtoTesting } from 'nestjs-logto/testing';
import { forRoot, problemsOf, validOptions } from '../support/app/options.js';
import { loggedAtStart } from './support/logged-at-start.js';

const secret = 'the-secret-of-the-session';
const day = 24 * 60 * 60 * 1000;

interface CookieSetUp {
  baseUrl?: string;
  authRoutesPrefix?: string;
  cookie?: object;
  name?: string;
}

const optionsOf = ({
  baseUrl = validOptions.baseUrl,
  authRoutesPrefix,
  ...session
}: CookieSetUp): object => ({
  ...validOptions,
  baseUrl,
  ...(authRoutesPrefix !== undefined && { authRoutesPrefix }),
  session: { secret, ...session },
});

/** The warnings about the session cookie at the start of an app. */
async function warningsOf(builder: TestingModuleBuilder): Promise<string[]> {
  return (await loggedAtStart(builder)).filter((line) => line.includes('session cookie'));
}

const appWith = (setUp: CookieSetUp): TestingModuleBuilder =>
  Test.createTestingModule({ imports: [forRoot(optionsOf(setUp))] });

const http = 'http://localhost:3000';

describe('A session cookie', () => {
  it.each<[string, string, CookieSetUp, RegExp]>([
    ['an unknown sameSite', 'cookie.sameSite', { cookie: { sameSite: 'loose' } }, /"lax", "none"/],
    ['sameSite: strict in capitals', 'cookie.sameSite', { cookie: { sameSite: 'Strict' } }, /nobody.*"lax"/],
    ['a path that does not contain the routes', 'cookie.path', { cookie: { path: '/app' } }, /"\/logto"/],
    [
      'a path that is a prefix of the routes only as text',
      'cookie.path',
      { cookie: { path: '/log' } },
      /"\/logto"/,
    ],
    [
      'the path of the routes without the path of baseUrl',
      'cookie.path',
      { baseUrl: 'https://example.com/shop', cookie: { path: '/logto' } },
      /"\/shop\/logto"/,
    ],
    [
      'another path than that of baseUrl',
      'cookie.path',
      { baseUrl: 'https://example.com/shop', cookie: { path: '/admin' } },
      /"\/shop\/logto"/,
    ],
    ['a path without a slash', 'cookie.path', { cookie: { path: 'logto' } }, /begin with "\/"/],
    ['an empty path', 'cookie.path', { cookie: { path: '' } }, /begin with "\/"/],
    ['secure: true over http', 'cookie.secure', { baseUrl: http, cookie: { secure: true } }, /over http/],
    ['an invalid secure', 'cookie.secure', { cookie: { secure: 'true' } }, /true, false or "auto"/],
    [
      'a maxAge that is a string',
      'cookie.maxAge',
      { cookie: { maxAge: '1209600000' } },
      /number of milliseconds/,
    ],
    ['a maxAge that is NaN', 'cookie.maxAge', { cookie: { maxAge: Number.NaN } }, /number of milliseconds/],
    ['an expires that is a string', 'cookie.expires', { cookie: { expires: 'tomorrow' } }, /`maxAge`/],
    [
      'an unknown priority',
      'cookie.priority',
      { cookie: { priority: 'highest' } },
      /"low", "medium" or "high"/,
    ],
    ['a name with a space', 'name', { name: 'my session' }, /letters/],
  ])('is rejected at startup with %s', async (_, option, setUp, remedy) => {
    const problems = await problemsOf(forRoot(optionsOf(setUp)));

    expect(Object.keys(problems)).toEqual([`session.${option}`]);
    expect(problems[`session.${option}`]).toMatch(remedy);
  });

  it.each<[string, CookieSetUp, RegExp]>([
    [
      'sameSite: none over http',
      { baseUrl: http, cookie: { sameSite: 'none' } },
      /`sameSite`.*secure.*"lax"/,
    ],
    [
      'sameSite: none over http with secure: auto',
      { baseUrl: http, cookie: { sameSite: 'none', secure: 'auto' } },
      /`sameSite`.*secure.*"lax"/,
    ],
    ['a domain of another host', { cookie: { domain: 'example.org' } }, /`domain`.*app\.example\.com/],
    ['a domain below the host', { cookie: { domain: 'www.app.example.com' } }, /`domain`.*app\.example\.com/],
    [
      'a domain that is a suffix of the host only as text',
      { cookie: { domain: 'pp.example.com' } },
      /`domain`.*app\.example\.com/,
    ],
    [
      'the domain of production, on localhost',
      { baseUrl: http, cookie: { domain: '.example.com' } },
      /`domain`: "example.com" is not a parent of "localhost".*nobody would stay signed in/,
    ],
    ['a domain with a port', { baseUrl: http, cookie: { domain: 'localhost:3000' } }, /`domain`.*localhost/],
    ['a domain that is a URL', { cookie: { domain: 'https://app.example.com' } }, /`domain`.*not a parent/],
    ['a top-level domain', { cookie: { domain: '.com' } }, /`domain`.*"com".*example\.com/],
    [
      'a top-level domain such as "localhost"',
      { baseUrl: 'http://app.localhost:3000', cookie: { domain: 'localhost' } },
      /`domain`.*"localhost"/,
    ],
    ['a maxAge of zero', { cookie: { maxAge: 0 } }, /`maxAge`.*milliseconds/],
    ['a negative maxAge', { cookie: { maxAge: -1 } }, /`maxAge`.*milliseconds/],
    ['an expires in the past', { cookie: { expires: new Date(0) } }, /`expires`.*past.*`maxAge`/],
    ['partitioned over http', { baseUrl: http, cookie: { partitioned: true } }, /`partitioned`.*secure/],
    ['the name __Host- over http', { baseUrl: http, name: '__Host-sid' }, /`name`.*"__Host-".*https/],
    ['the name __Secure- over http', { baseUrl: http, name: '__Secure-sid' }, /`name`.*"__Secure-".*https/],
    [
      'the name __Host- with a domain',
      { name: '__Host-sid', cookie: { domain: 'example.com' } },
      /`name`.*domain/,
    ],
    [
      'the name __Host- with a path',
      { name: '__Host-sid', baseUrl: 'https://example.com/shop', cookie: { path: '/shop' } },
      /`name`.*path/,
    ],
    ['secure: false over https', { cookie: { secure: false } }, /`secure`.*plain http/],
    ['httpOnly: false', { cookie: { httpOnly: false } }, /`httpOnly`.*script/],
    ['14 days in seconds', { cookie: { maxAge: 14 * 24 * 60 * 60 } }, /`maxAge`.*20 minutes.*milliseconds/],
    [
      'a year in seconds',
      { cookie: { maxAge: 365 * 24 * 60 * 60 } },
      /`maxAge`.*365 days.*seconds.*milliseconds/,
    ],
    ['a fixed expires', { cookie: { expires: new Date(Date.now() + day) } }, /`expires`.*`maxAge`/],
    ['the path of the routes only', { cookie: { path: '/logto' } }, /`path`.*your pages would not/],
  ])('causes a warning at startup with %s', async (_, setUp, warning) => {
    expect(await warningsOf(appWith(setUp))).toContainEqual(expect.stringMatching(warning));
  });

  it.each<[string, CookieSetUp]>([
    ['the defaults', {}],
    ['the defaults over http', { baseUrl: http }],
    ['sameSite: none over https', { cookie: { sameSite: 'none' } }],
    ['sameSite: none with secure: auto', { cookie: { sameSite: 'none', secure: 'auto' } }],
    ['sameSite: auto', { baseUrl: http, cookie: { sameSite: 'auto', secure: 'auto' } }],
    ['no sameSite', { cookie: { sameSite: false } }],
    ['the domain of the host', { cookie: { domain: 'app.example.com' } }],
    ['a parent domain', { cookie: { domain: '.Example.com' } }],
    ['the domain of this machine', { baseUrl: http, cookie: { domain: 'localhost' } }],
    ['a path that contains the routes', { authRoutesPrefix: 'app/auth', cookie: { path: '/app/' } }],
    ['a maxAge of an hour', { cookie: { maxAge: 60 * 60 * 1000 } }],
    ['a maxAge of half a day, which is a multiple of a day in seconds', { cookie: { maxAge: day / 2 } }],
    ['no maxAge', { cookie: { maxAge: null } }],
    ['no expires', { cookie: { expires: null } }],
    ['the name __Host-', { name: '__Host-sid' }],
    ['the name __Secure- and a domain', { name: '__Secure-sid', cookie: { domain: 'example.com' } }],
    ['partitioned', { cookie: { partitioned: true } }],
    ['a function that decides for each request', { cookie: () => ({ sameSite: 'strict' }) }],
  ])('is fine with %s', async (_, setUp) => {
    expect(await problemsOf(forRoot(optionsOf(setUp)))).toEqual({});
    expect(await warningsOf(appWith(setUp))).toEqual([]);
  });

  it('is checked as a whole: each problem is logged', async () => {
    const cookie = { sameSite: 'None', secure: false, partitioned: true, domain: 'example.org' };

    expect(await warningsOf(appWith({ name: '__host-sid', cookie }))).toEqual(
      ['name', 'domain', 'secure', 'sameSite', 'partitioned'].map((attribute): unknown =>
        expect.stringContaining(`\`${attribute}\``),
      ),
    );
  });

  it('causes no warning in a test that has the cookie of production and no baseUrl', async () => {
    const { baseUrl: _baseUrl, ...options } = optionsOf({
      cookie: { sameSite: 'none', secure: true, domain: 'example.com', path: '/shop' },
    }) as { baseUrl?: string };
    const builder = useLogtoTesting(Test.createTestingModule({ imports: [forRoot(options)] }));

    expect(await warningsOf(builder)).toEqual([]);
  });
});
