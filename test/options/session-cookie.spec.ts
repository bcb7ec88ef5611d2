import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { useLogtoTesting } from 'nestjs-logto/testing';
import { leaks } from '../support/leaks.js';
import { forRoot, problemsOf, validOptions, watchLogs } from '../support/options.js';

const secret = 'the-secret-of-the-session';
const day = 24 * 60 * 60 * 1000;

interface Situation {
  baseUrl?: string;
  authRoutesPrefix?: string;
  cookie?: object;
  name?: string;
}

const optionsOf = ({ baseUrl = validOptions.baseUrl, authRoutesPrefix, ...session }: Situation): object => ({
  ...validOptions,
  baseUrl,
  ...(authRoutesPrefix !== undefined && { authRoutesPrefix }),
  session: { secret, ...session },
});

/** What an app logs about its session cookie at start. */
async function remarksOn(situation: Situation): Promise<string[]> {
  const logs = watchLogs();
  const module = await Test.createTestingModule({ imports: [forRoot(optionsOf(situation))] }).compile();
  const app = module.createNestApplication({ logger: leaks });
  await app.init();
  await app.close();
  return logs().filter((line) => line.includes('session cookie'));
}

const http = 'http://localhost:3000';

describe('A session cookie', () => {
  it.each<[string, string, Situation, RegExp]>([
    ['a sameSite that is none', 'cookie.sameSite', { cookie: { sameSite: 'loose' } }, /"lax", "none"/],
    ['sameSite: strict in capitals', 'cookie.sameSite', { cookie: { sameSite: 'Strict' } }, /nobody.*"lax"/],
    ['a path beside the routes', 'cookie.path', { cookie: { path: '/app' } }, /"\/logto"/],
    ['a path that begins like that of the routes', 'cookie.path', { cookie: { path: '/log' } }, /"\/logto"/],
    [
      'the path of the routes without that of baseUrl',
      'cookie.path',
      { baseUrl: 'https://example.com/shop', cookie: { path: '/logto' } },
      /"\/shop\/logto"/,
    ],
    [
      'a path beside that of baseUrl',
      'cookie.path',
      { baseUrl: 'https://example.com/shop', cookie: { path: '/admin' } },
      /"\/shop\/logto"/,
    ],
    ['a path without a slash', 'cookie.path', { cookie: { path: 'logto' } }, /begin with "\/"/],
    ['an empty path', 'cookie.path', { cookie: { path: '' } }, /begin with "\/"/],
    ['secure: true over http', 'cookie.secure', { baseUrl: http, cookie: { secure: true } }, /over http/],
    [
      'a secure that is no such thing',
      'cookie.secure',
      { cookie: { secure: 'true' } },
      /true, false or "auto"/,
    ],
    ['a lifetime in words', 'cookie.maxAge', { cookie: { maxAge: '1209600000' } }, /number of milliseconds/],
    [
      'a lifetime that is no number',
      'cookie.maxAge',
      { cookie: { maxAge: Number.NaN } },
      /number of milliseconds/,
    ],
    ['an end in words', 'cookie.expires', { cookie: { expires: 'tomorrow' } }, /`maxAge`/],
    [
      'a priority that is none',
      'cookie.priority',
      { cookie: { priority: 'highest' } },
      /"low", "medium" or "high"/,
    ],
    ['a name with a space', 'name', { name: 'my session' }, /letters/],
  ])('is refused at start with %s', async (_, option, situation, remedy) => {
    const problems = await problemsOf(forRoot(optionsOf(situation)));

    expect(Object.keys(problems)).toEqual([`session.${option}`]);
    expect(problems[`session.${option}`]).toMatch(remedy);
  });

  it.each<[string, Situation, RegExp]>([
    [
      'sameSite: none over http',
      { baseUrl: http, cookie: { sameSite: 'none' } },
      /`sameSite`.*secure.*"lax"/,
    ],
    [
      'sameSite: none over http that is secure by itself',
      { baseUrl: http, cookie: { sameSite: 'none', secure: 'auto' } },
      /`sameSite`.*secure.*"lax"/,
    ],
    ['a domain of another host', { cookie: { domain: 'example.org' } }, /`domain`.*app\.example\.com/],
    ['a domain below the host', { cookie: { domain: 'www.app.example.com' } }, /`domain`.*app\.example\.com/],
    [
      'a domain that only ends alike',
      { cookie: { domain: 'pp.example.com' } },
      /`domain`.*app\.example\.com/,
    ],
    [
      'a domain of production, on localhost',
      { baseUrl: http, cookie: { domain: '.example.com' } },
      /`domain`: "example.com" is no parent of "localhost".*nobody would stay signed in/,
    ],
    ['a domain with a port', { baseUrl: http, cookie: { domain: 'localhost:3000' } }, /`domain`.*localhost/],
    ['a domain that is an address', { cookie: { domain: 'https://app.example.com' } }, /`domain`.*no parent/],
    ['a top-level domain', { cookie: { domain: '.com' } }, /`domain`.*"com".*example\.com/],
    [
      'a top-level domain such as "localhost"',
      { baseUrl: 'http://app.localhost:3000', cookie: { domain: 'localhost' } },
      /`domain`.*"localhost"/,
    ],
    ['a lifetime of zero', { cookie: { maxAge: 0 } }, /`maxAge`.*milliseconds/],
    ['a negative lifetime', { cookie: { maxAge: -1 } }, /`maxAge`.*milliseconds/],
    ['an end in the past', { cookie: { expires: new Date(0) } }, /`expires`.*past.*`maxAge`/],
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
    [
      'the lifetime of the seed',
      { cookie: { maxAge: 14 * 24 * 60 * 60 } },
      /`maxAge`.*20 minutes.*milliseconds/,
    ],
    [
      'a year in seconds',
      { cookie: { maxAge: 365 * 24 * 60 * 60 } },
      /`maxAge`.*365 days.*seconds.*milliseconds/,
    ],
    ['a fixed end', { cookie: { expires: new Date(Date.now() + day) } }, /`expires`.*`maxAge`/],
    ['the path of the routes alone', { cookie: { path: '/logto' } }, /`path`.*your pages would not/],
  ])('is remarked on at start with %s', async (_, situation, remark) => {
    expect(await remarksOn(situation)).toContainEqual(expect.stringMatching(remark));
  });

  it.each<[string, Situation]>([
    ['nothing of its own', {}],
    ['nothing of its own over http', { baseUrl: http }],
    ['sameSite: none over https', { cookie: { sameSite: 'none' } }],
    [
      'sameSite: none where the connection says whether it is secure',
      { cookie: { sameSite: 'none', secure: 'auto' } },
    ],
    ['sameSite: auto', { baseUrl: http, cookie: { sameSite: 'auto', secure: 'auto' } }],
    ['no sameSite', { cookie: { sameSite: false } }],
    ['the domain of the host', { cookie: { domain: 'app.example.com' } }],
    ['a parent domain', { cookie: { domain: '.Example.com' } }],
    ['the domain of this machine', { baseUrl: http, cookie: { domain: 'localhost' } }],
    ['a path above the routes', { authRoutesPrefix: 'app/auth', cookie: { path: '/app/' } }],
    ['an hour', { cookie: { maxAge: 60 * 60 * 1000 } }],
    ['half a day, which is a multiple of a day in seconds', { cookie: { maxAge: day / 2 } }],
    ['the browser’s own lifetime', { cookie: { maxAge: null } }],
    ['an expires that is none', { cookie: { expires: null } }],
    ['the name __Host-', { name: '__Host-sid' }],
    ['the name __Secure- and a domain', { name: '__Secure-sid', cookie: { domain: 'example.com' } }],
    ['partitioned', { cookie: { partitioned: true } }],
    ['what a function decides for each request', { cookie: () => ({ sameSite: 'strict' }) }],
  ])('needs no remark with %s', async (_, situation) => {
    expect(await problemsOf(forRoot(optionsOf(situation)))).toEqual({});
    expect(await remarksOn(situation)).toEqual([]);
  });

  it('is told all its faults at once', async () => {
    const cookie = { sameSite: 'None', secure: false, partitioned: true, domain: 'example.org' };

    expect(await remarksOn({ name: '__host-sid', cookie })).toEqual(
      ['name', 'domain', 'secure', 'sameSite', 'partitioned'].map((attribute): unknown =>
        expect.stringContaining(`\`${attribute}\``),
      ),
    );
  });

  it('is that of production, and no fault, in a test that has no baseUrl', async () => {
    const { baseUrl: _baseUrl, ...options } = optionsOf({
      cookie: { sameSite: 'none', secure: true, domain: 'example.com', path: '/shop' },
    }) as { baseUrl?: string };
    const builder = useLogtoTesting(Test.createTestingModule({ imports: [forRoot(options)] }));
    const logs = watchLogs();
    const app = (await builder.compile()).createNestApplication({ logger: leaks });
    await app.init();
    await app.close();

    expect(logs().filter((line) => line.includes('session cookie'))).toEqual([]);
  });
});
