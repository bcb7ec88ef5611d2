import { describe, expect, it } from '@jest/globals';
import { LogtoAcr } from 'nestjs-logto';
import { signedInAs } from 'nestjs-logto/testing';
import { startShop } from './support/start-shop.js';
import { ada } from './support/users.js';

const mfa = { ...ada, acr: LogtoAcr.Mfa, amr: ['pwd', 'otp', 'mfa'] };
const { http } = await startShop();
const now = (): number => Math.floor(Date.now() / 1000);

describe('signedInAs() of a user with a second factor', () => {
  it.each([['session' as const], ['bearer' as const]])('meets the requirement, by %s', async (as) => {
    const { body } = await http()
      .get('/payout')
      .set(signedInAs({ ...mfa, auth_time: now() - 10 }, { as }))
      .expect(200);
    expect(body).toEqual({ acr: mfa.acr, amr: mfa.amr });
    await http()
      .get('/payout')
      .set(signedInAs(mfa, { as, signedInAgo: 10 }))
      .expect(200);
  });

  it.each([['session' as const], ['bearer' as const]])(
    'is denied without one, and with an old sign-in, by %s',
    async (as) => {
      for (const acr of [undefined, LogtoAcr.FirstFactor]) {
        const user = { ...ada, ...(acr !== undefined && { acr }) };
        const { body } = await http().get('/payout').set(signedInAs(user, { as })).expect(401);
        expect(body).toMatchObject({
          code: 'insufficient_authentication',
          acr_values: LogtoAcr.Mfa,
          max_age: 300,
        });
      }
      const old = await http()
        .get('/payout')
        .set(signedInAs({ ...mfa, auth_time: now() - 400 }, { as }))
        .expect(401);
      expect(old.body.code).toBe('recent_sign_in_required');
    },
  );

  it('keeps it when the tokens are refreshed, and out of userinfo', async () => {
    const refreshed = await http().get('/refreshed').set(signedInAs(mfa)).expect(200);
    expect(refreshed.body.claims).toMatchObject({ acr: mfa.acr, amr: mfa.amr });
    const { body } = await http().get('/user-info').set(signedInAs(mfa)).expect(200);
    expect(body).not.toHaveProperty('acr');
  });
});
