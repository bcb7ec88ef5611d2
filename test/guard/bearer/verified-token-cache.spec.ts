import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoApiOptions, LogtoContext } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { call, refusalOf, startApi } from '../support/api.js';
import { RealTokens, startAccessIssuer } from '../support/real-tokens.js';
import { ThingsController } from '../support/things.controller.js';
import type { TestApp } from '../../support/app/app.js';
import { passTime, restoreTime } from '../../support/runner/clock.js';
import { resource } from '../../support/logto/issuer.js';

const invalid = { status: 401, code: 'invalid_token' };

const status = async (app: TestApp, token: string): Promise<number> =>
  (await call(app, '/things', token)).status;

describe('The cache of verified bearer tokens', () => {
  let [ada, bob] = ['', ''];
  let issuer: LogtoEmulator;

  beforeEach(async () => {
    issuer = await startAccessIssuer();
    const tokens = await RealTokens.from(issuer);
    [ada, bob] = [await tokens.ofUser('ada', { resource }), await tokens.ofUser('bob', { resource })];
    await tokens.close();
  });

  afterEach(restoreTime);

  async function apiWith(cache?: LogtoApiOptions['cache']): Promise<TestApp> {
    const api = { audience: resource, ...(cache === undefined ? {} : { cache }) };
    return await startApi({ issuer, controllers: [ThingsController], api });
  }

  /** An API that has verified these tokens, with keys that Logto has since removed. */
  async function apiThatVerified(cache: LogtoApiOptions['cache'], seen: string[]): Promise<TestApp> {
    const api = await apiWith(cache);
    for (const token of seen) expect((await call(api, '/things', token)).status).toBe(200);
    await issuer.rotateSigningKeys({ keepPrevious: false });
    passTime(11 * 60);
    return api;
  }

  it('accepts a token again without verifying it', async () => {
    expect(await status(await apiThatVerified(undefined, [ada]), ada)).toBe(200);
  });

  it('does not accept a token that has expired', async () => {
    const api = await apiThatVerified(undefined, [ada]);
    passTime(3600);
    expect(refusalOf(await call(api, '/things', ada))).toMatchObject(invalid);
  });

  it('holds at most `max` tokens', async () => {
    const api = await apiThatVerified({ max: 1 }, [ada, bob]);
    expect([await status(api, ada), await status(api, bob)]).toEqual([401, 200]);
  });

  it('can be switched off', async () => {
    expect(await status(await apiThatVerified(false, [ada]), ada)).toBe(401);
  });

  it('is not changed by a handler that changes its user', async () => {
    const api = await apiWith();
    for (const path of ['/change-user', '/change-user', '/things']) await call(api, path, ada);
    const { user } = (await call(api, '/things', ada)).json<{ user: LogtoContext }>();

    expect([user.claims?.sub, user.claims?.roles, user.scopes]).toEqual(['ada', undefined, ['read:things']]);
  });

  it.each([{ max: 10 }, false] as const)('reports an expired token as expired: %j', async (cache) => {
    const api = await apiWith(cache);
    expect(await status(api, ada)).toBe(200);
    passTime(3700);
    expect(refusalOf(await call(api, '/things', ada))).toEqual({
      ...invalid,
      challenge: 'Bearer error="invalid_token", error_description="The token has expired."',
    });
  });
});
