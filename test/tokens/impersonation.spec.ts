import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { buildOrganizationUrn } from 'nestjs-logto';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';

const issuer = await startIssuer(tokenTenant);
const app = await startTokenApp({ issuer });

describe('Impersonation by token exchange', () => {
  let subjectToken: string;

  beforeEach(() => {
    subjectToken = issuer.createSubjectToken('ada');
  });

  it('gives a token of the user for a resource, with its scopes and expiry', async () => {
    const exchanged = await app.logto.exchangeToken({ subjectToken, resource, scope: 'read:things' });
    expect(exchanged).toMatchObject({ scopes: ['read:things'] });
    expect(decodeJwt(exchanged.accessToken)).toMatchObject({
      sub: 'ada',
      aud: resource,
      client_id: application.id,
      scope: 'read:things',
    });
    const { exp = 0 } = decodeJwt(exchanged.accessToken);
    expect(Math.abs(exchanged.expiresAt - exp * 1000)).toBeLessThan(5000);
  });

  it('gives a token of the user for an organization', async () => {
    const { accessToken } = await app.logto.exchangeToken({
      subjectToken,
      organizationId: 'org_1',
      scope: 'invite',
    });
    expect(decodeJwt(accessToken)).toMatchObject({
      sub: 'ada',
      aud: buildOrganizationUrn('org_1'),
      scope: 'invite',
    });
  });

  it('names the acting user by an actor token', async () => {
    const browser = await app.signedInBrowser(issuer, 'bob');
    const actorToken = (await browser.fetch('/token')).json<{ token: string }>().token;
    const { accessToken } = await app.logto.exchangeToken({ subjectToken, resource, actorToken });
    expect(decodeJwt(accessToken)).toMatchObject({ sub: 'ada', act: { sub: 'bob' } });
  });

  it('rejects a subject token that was used before or is unknown', async () => {
    await app.logto.exchangeToken({ subjectToken, resource });
    for (const token of [subjectToken, 'sub_unknown']) {
      await expect(app.logto.exchangeToken({ subjectToken: token, resource })).rejects.toMatchObject({
        code: 'invalid_grant',
        transient: false,
      });
    }
  });

  it('is denied to an application that may not exchange tokens', async () => {
    issuer.setApplication({ ...application, allowTokenExchange: false });
    await expect(app.logto.exchangeToken({ subjectToken, resource })).rejects.toMatchObject({
      name: 'LogtoException',
      code: 'invalid_request',
      transient: false,
    });
    issuer.setApplication({ ...application, allowTokenExchange: true });
  });
});
