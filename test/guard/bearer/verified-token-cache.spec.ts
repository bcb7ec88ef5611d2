import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogtoApiOptions, LogtoContext } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../../support/app.js';
import { resource } from '../../support/issuer.js';
import { call, refusalOf, startApi } from '../../access/support/api.js';
import { RealTokens, startAccessIssuer } from '../../access/support/real-tokens.js';
import { ThingsController } from '../../access/support/things.controller.js';
import { comeBack, travel } from '../../access/support/travel.js';

const invalid = { status: 401, code: 'invalid_token' };

const status = async (app: TestApp, token: string): Promise<number> =>
  (await call(app, '/things', token)).status;

describe('Verified bearer tokens are remembered', () => {
  const apps: TestApp[] = [];
  let [ada, bob] = ['', ''];
  let issuer: LogtoEmulator;

  beforeEach(async () => {
    issuer = await startAccessIssuer();
    const tokens = await RealTokens.from(issuer);
    [ada, bob] = [await tokens.ofUser('ada', { resource }), await tokens.ofUser('bob', { resource })];
    await tokens.close();
  });

  afterEach(async () => {
    comeBack();
    for (const app of apps.splice(0)) await app.close();
    await issuer.close();
  });

  async function apiWith(cache?: LogtoApiOptions['cache']): Promise<TestApp> {
    const api = { audience: resource, ...(cache === undefined ? {} : { cache }) };
    const own = await startApi({ issuer, controllers: [ThingsController], api });
    apps.push(own);
    return own;
  }

  /** An API that has seen these tokens, at a Logto that has since taken its key back. */
  async function apiThatSaw(cache: LogtoApiOptions['cache'], seen: string[]): Promise<TestApp> {
    const own = await apiWith(cache);
    for (const token of seen) expect((await call(own, '/things', token)).status).toBe(200);
    await issuer.rotateSigningKeys({ keepPrevious: false });
    travel(11 * 60);
    return own;
  }

  it('so that a repeated one costs no verification', async () => {
    expect(await status(await apiThatSaw(undefined, [ada]), ada)).toBe(200);
  });

  it('but never past their expiry', async () => {
    const own = await apiThatSaw(undefined, [ada]);
    travel(3600);
    expect(refusalOf(await call(own, '/things', ada))).toMatchObject(invalid);
  });

  it('but only as many as it is told', async () => {
    const own = await apiThatSaw({ max: 1 }, [ada, bob]);
    expect([await status(own, ada), await status(own, bob)]).toEqual([401, 200]);
  });

  it('but none where it is told not to', async () => {
    expect(await status(await apiThatSaw(false, [ada]), ada)).toBe(401);
  });

  it('as they are, whatever a handler does to the user it got', async () => {
    const own = await apiWith();
    for (const path of ['/spoil', '/spoil', '/things']) await call(own, path, ada);
    const { user } = (await call(own, '/things', ada)).json<{ user: LogtoContext }>();

    expect([user.claims?.sub, user.claims?.roles, user.scopes]).toEqual(['ada', undefined, ['read:things']]);
  });

  it.each([{ max: 10 }, false] as const)('says that a token has expired, with cache: %j', async (cache) => {
    const own = await apiWith(cache);
    expect(await status(own, ada)).toBe(200);
    travel(3700);
    expect(refusalOf(await call(own, '/things', ada))).toEqual({
      ...invalid,
      challenge: 'Bearer error="invalid_token", error_description="The token has expired."',
    });
  });
});
