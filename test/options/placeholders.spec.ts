import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { LogtoModuleOptions } from 'nestjs-logto';
import { forRoot, problemsOf, validOptions } from '../support/app/options.js';
import { loggedAtStart } from './support/logged-at-start.js';

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
    ['webhooks.signingKey', { webhooks: { signingKey: ['your-signing-key'] } }],
  ])('a placeholder of the documentation is rejected as %s: %j', async (option, options) => {
    const problems = await problemsOf(forRoot({ ...validOptions, ...options }));

    expect(Object.keys(problems)).toEqual([option]);
    expect(problems[option]).toMatch(/placeholder/);
    const { session, cookieSecret, appSecret } = options;
    // Secrets are not printed, not even placeholders.
    for (const secret of [session?.secret ?? [], cookieSecret ?? [], appSecret ?? []].flat())
      expect(problems[option]).not.toContain(secret);
  });

  it.each<[string, Partial<LogtoModuleOptions>]>([
    ['session.secret', { session: { secret: '0123456789abcde' } }],
    ['session.secret', { session: { secret: ['0123456789abcdef', 'old'] } }],
    ['cookieSecret', { cookieSecret: 'short' }],
  ])('a short %s causes a warning', async (option, options) => {
    expect(await warningsOf(options)).toEqual([
      expect.stringMatching(new RegExp(`\`${option}\`.*16 characters`)),
    ]);
  });

  it('other secrets are accepted without a warning', async () => {
    expect(await problemsOf(forRoot(validOptions))).toEqual({});
    expect(await warningsOf({})).toEqual([]);
  });

  it('and only there, placeholders are rejected and short secrets cause a warning', async () => {
    process.env.NODE_ENV = 'development';
    const options = { appId: 'your-application-id', session: { secret: 'secret' } };

    expect(await problemsOf(forRoot({ ...validOptions, ...options }))).toEqual({});
    expect(await warningsOf(options)).toEqual([]);
  });

  async function warningsOf(options: Partial<LogtoModuleOptions>): Promise<string[]> {
    const imports = [forRoot({ ...validOptions, ...options })];
    const lines = await loggedAtStart(Test.createTestingModule({ imports }));
    return lines.filter((line) => line.includes('characters'));
  }
});
