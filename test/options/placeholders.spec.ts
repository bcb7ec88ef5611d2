import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { LogtoModuleOptions } from 'nestjs-logto';
import { leaks } from '../support/leaks.js';
import { forRoot, problemsOf, validOptions, watchLogs } from '../support/options.js';

describe('In production', () => {
  const before = process.env.NODE_ENV;

  beforeEach(() => {
    process.env.NODE_ENV = 'production';
  });

  afterEach(() => {
    process.env.NODE_ENV = before;
  });

  const machineToMachine = { appId: 'm2m', appSecret: '<your-application-secret>' };

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['session.secret', { session: { secret: 'a-long-random-string' } }],
    ['session.secret', { session: { secret: ['a-secret-of-its-own', 'keyboard cat'] } }],
    ['session.secret', { session: { secret: 'random_session_key' } }],
    ['cookieSecret', { cookieSecret: 'change-me' }],
    ['appSecret', { appSecret: 'your-application-secret' }],
    ['appSecret', { appSecret: '<your-app-secret>' }],
    ['appId', { appId: 'your-application-id' }],
    ['endpoint', { endpoint: 'https://your-tenant.logto.app/' }],
    ['machineToMachine.appSecret', { machineToMachine }],
  ])('the placeholder of the documentation is refused as %s: %j', async (option, options) => {
    const problems = await problemsOf(forRoot({ ...validOptions, ...options }));

    expect(Object.keys(problems)).toEqual([option]);
    expect(problems[option]).toMatch(/placeholder/);
    const { session, cookieSecret, appSecret } = options;
    // Not even such a secret is printed.
    for (const secret of [session?.secret ?? [], cookieSecret ?? [], appSecret ?? []].flat())
      expect(problems[option]).not.toContain(secret);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['session.secret', { session: { secret: '0123456789abcde' } }],
    ['session.secret', { session: { secret: ['0123456789abcdef', 'old'] } }],
    ['cookieSecret', { cookieSecret: 'short' }],
  ])('a short %s is remarked on', async (option, options) => {
    expect(await remarksOn(options)).toEqual([
      expect.stringMatching(new RegExp(`\`${option}\`.*16 characters`)),
    ]);
  });

  it('secrets of one’s own are not', async () => {
    expect(await problemsOf(forRoot(validOptions))).toEqual({});
    expect(await remarksOn({})).toEqual([]);
  });

  it('they are fine elsewhere', async () => {
    process.env.NODE_ENV = 'development';
    const options = { appId: 'your-application-id', session: { secret: 'secret' } };

    expect(await problemsOf(forRoot({ ...validOptions, ...options }))).toEqual({});
    expect(await remarksOn(options)).toEqual([]);
  });

  async function remarksOn(options: Partial<LogtoModuleOptions>): Promise<string[]> {
    const logs = watchLogs();
    const module = await Test.createTestingModule({
      imports: [forRoot({ ...validOptions, ...options })],
    }).compile();
    const app = module.createNestApplication({ logger: leaks });
    await app.init();
    await app.close();
    return logs().filter((line) => line.includes('characters'));
  }
});
