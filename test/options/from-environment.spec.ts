import { describe, expect, it } from '@jest/globals';
import type { DynamicModule } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv, type LogtoModuleOptions } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { forRoot, problemsOf } from '../support/app/options.js';

describe('Options from the environment', () => {
  const env = {
    LOGTO_ENDPOINT: 'https://tenant.logto.app',
    LOGTO_APP_ID: 'app',
    LOGTO_APP_SECRET: 'secret',
    LOGTO_BASE_URL: 'https://app.example.com',
    LOGTO_SESSION_SECRET: 'session-secret',
  };

  it('are those that differ between deployments', () => {
    expect(logtoOptionsFromEnv({}, env)).toEqual({
      endpoint: env.LOGTO_ENDPOINT,
      appId: env.LOGTO_APP_ID,
      appSecret: env.LOGTO_APP_SECRET,
      baseUrl: env.LOGTO_BASE_URL,
      session: { secret: env.LOGTO_SESSION_SECRET },
    });
  });

  it('come from process.env by default', () => {
    const before = process.env.LOGTO_ENDPOINT;
    process.env.LOGTO_ENDPOINT = 'https://from.process.env';
    try {
      expect(logtoOptionsFromEnv().endpoint).toBe('https://from.process.env');
    } finally {
      if (before === undefined) delete process.env.LOGTO_ENDPOINT;
      else process.env.LOGTO_ENDPOINT = before;
    }
  });

  it('are overridden by the given options, and the secret is merged into the session options', () => {
    expect(
      logtoOptionsFromEnv(
        { appId: 'other', scopes: ['email'], session: { secret: 'own', name: 'sid' } },
        env,
      ),
    ).toMatchObject({ appId: 'other', scopes: ['email'], session: { secret: 'own', name: 'sid' } });
    const named = logtoOptionsFromEnv({ session: { name: 'sid' } }, env);
    expect(named.session).toEqual({ name: 'sid', secret: env.LOGTO_SESSION_SECRET });
  });

  it('turn webhooks on by their signing key, and only then', async () => {
    const webhookEnv = { ...env, LOGTO_WEBHOOK_SIGNING_KEY: 'a-signing-key' };
    expect(logtoOptionsFromEnv({}, webhookEnv).webhooks).toEqual({ signingKey: 'a-signing-key' });
    expect(logtoOptionsFromEnv({ webhooks: { path: 'hooks' } }, webhookEnv).webhooks).toEqual({
      path: 'hooks',
      signingKey: 'a-signing-key',
    });
    expect(logtoOptionsFromEnv({}, { ...env, LOGTO_WEBHOOK_SIGNING_KEY: '' })).not.toHaveProperty('webhooks');
    const withoutKey = logtoOptionsFromEnv({ webhooks: { path: 'hooks' } }, env);
    expect((await problemsOf(forRoot(withoutKey)))['webhooks.signingKey']).toMatch(
      /LOGTO_WEBHOOK_SIGNING_KEY/,
    );
  });

  it('turn the encryption of tokens on by its keys, separated by commas', async () => {
    const [newest, older] = ['n'.repeat(32), 'o'.repeat(32)];
    const withKeys = { ...env, LOGTO_ENCRYPTION_KEYS: `${newest}, ${older}` };
    expect(logtoOptionsFromEnv({}, withKeys).encryption).toEqual({ keys: [newest, older] });
    expect(logtoOptionsFromEnv({ encryption: { decryptOnly: true } }, withKeys).encryption).toEqual({
      decryptOnly: true,
      keys: [newest, older],
    });
    expect(logtoOptionsFromEnv({}, { ...env, LOGTO_ENCRYPTION_KEYS: '' })).not.toHaveProperty('encryption');
    const withoutKeys = logtoOptionsFromEnv({ encryption: {} }, env);
    expect((await problemsOf(forRoot(withoutKeys)))['encryption.keys']).toMatch(/LOGTO_ENCRYPTION_KEYS/);
  });

  it('can be combined with the extras of forRoot', async () => {
    const register = (options: LogtoModuleOptions): DynamicModule =>
      LogtoModule.forRoot(logtoOptionsFromEnv({ ...options, authRoutesPrefix: 'auth' }, env));
    const issuer = await startIssuer();
    const app = await startApp({ issuer, register });

    expect((await app.browser().open('/auth/sign-in')).status).toBe(302);
  });

  it('leave out variables that are not set or empty', async () => {
    const options = logtoOptionsFromEnv(
      {},
      { ...env, LOGTO_ENDPOINT: '', LOGTO_APP_ID: '', LOGTO_SESSION_SECRET: '' },
    );

    expect(options).not.toHaveProperty('session');
    expect(Object.keys(await problemsOf(forRoot(options))).toSorted()).toEqual(['appId', 'endpoint']);
  });

  it('are only read by logtoOptionsFromEnv()', async () => {
    expect(Object.keys(await problemsOf(forRoot({})))).toContain('endpoint');
  });

  it('are not overridden by undefined', () => {
    expect(logtoOptionsFromEnv({ appSecret: undefined }, env).appSecret).toBe(env.LOGTO_APP_SECRET);
  });
});
