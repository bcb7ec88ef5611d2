import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { buildOrganizationUrn, type LogtoService } from 'nestjs-logto';
import type { TestApp } from '../support/app/app.js';
import { passTime } from '../support/runner/clock.js';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { machine, startTokenApp, tokenTenant } from '../support/app/token-app.js';

const target = { resource, scope: 'read:things' };

const issuer = await startIssuer(tokenTenant);

describe('Tokens by client credentials', () => {
  let app: TestApp;
  let logto: LogtoService;

  beforeEach(async () => {
    app = await startTokenApp({ issuer, logto: { machineToMachine: machine } });
    ({ logto } = app);
    issuer.resetRequests();
  });

  afterEach(() => issuer.clearFaults());

  it('are for a resource, with the requested scopes', async () => {
    expect(decodeJwt(await logto.getClientCredentialsToken(target))).toMatchObject({
      aud: resource,
      client_id: machine.appId,
      scope: 'read:things',
    });
    expect(decodeJwt(await logto.getClientCredentialsToken({ resource })).scope).toBeUndefined();
  });

  it('are for an organization of the application, and denied for others', async () => {
    const token = await logto.getClientCredentialsToken({ organizationId: 'org_1', scope: 'invite' });
    expect(decodeJwt(token)).toMatchObject({ aud: buildOrganizationUrn('org_1'), scope: 'invite' });
    await expect(logto.getClientCredentialsToken({ organizationId: 'org_2' })).rejects.toMatchObject({
      code: 'access_denied',
      transient: false,
    });
  });

  it('are requested once for 50 parallel calls, and cached', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 50 }, () => logto.getClientCredentialsToken(target)),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(await logto.getClientCredentialsToken(target)).toBe(tokens[0]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('are used until they expire while Logto fails, and are then renewed once for 50 parallel calls', async () => {
    const first = await logto.getClientCredentialsToken(target);
    passTime(3600 - 59);
    issuer.failNext('token');
    expect(await logto.getClientCredentialsToken(target)).toBe(first);
    issuer.resetRequests();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, () => logto.getClientCredentialsToken(target)),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(first);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('are requested with the discovery document that sign-ins use', async () => {
    await logto.getClientCredentialsToken(target);
    await app.browser().open('/logto/sign-in');
    expect(issuer.countRequests('discovery')).toBe(1);
  });

  it('are requested again after a failure', async () => {
    issuer.failNext('token');
    await expect(logto.getClientCredentialsToken(target)).rejects.toMatchObject({
      code: 'provider_unavailable',
      transient: true,
    });
    await expect(logto.getClientCredentialsToken(target)).resolves.toEqual(expect.any(String));
  });

  it('need `machineToMachine`, and the error says so', async () => {
    const without = await startTokenApp({ issuer });
    await expect(without.logto.getClientCredentialsToken(target)).rejects.toMatchObject({
      code: 'machine_to_machine_not_configured',
      message: expect.stringContaining('machineToMachine: { appId, appSecret }'),
    });
  });
});
