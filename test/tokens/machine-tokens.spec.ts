import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { buildOrganizationUrn, type LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../support/app.js';
import { passTime, restoreTime } from '../support/clock.js';
import { resource, startIssuer } from '../support/issuer.js';
import { machine, startTokenApp, tokenTenant } from '../support/token-app.js';

const target = { resource, scope: 'read:things' };

describe('Tokens of the app itself', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let logto: LogtoService;

  beforeAll(async () => {
    issuer = await startIssuer(tokenTenant);
  });

  beforeEach(async () => {
    app = await startTokenApp({ issuer, logto: { machineToMachine: machine } });
    ({ logto } = app);
    issuer.resetRequests();
  });

  afterEach(async () => {
    issuer.clearFaults();
    await app.close();
  });

  afterAll(async () => {
    restoreTime();
    await issuer.close();
  });

  it('come by client credentials for a resource, with the scopes that were asked for', async () => {
    expect(decodeJwt(await logto.getClientCredentialsToken(target))).toMatchObject({
      aud: resource,
      client_id: machine.appId,
      scope: 'read:things',
    });
    expect(decodeJwt(await logto.getClientCredentialsToken({ resource })).scope).toBeUndefined();
  });

  it('come for an organization that the application belongs to, and for no other', async () => {
    const token = await logto.getClientCredentialsToken({ organizationId: 'org_1', scope: 'invite' });
    expect(decodeJwt(token)).toMatchObject({ aud: buildOrganizationUrn('org_1'), scope: 'invite' });
    await expect(logto.getClientCredentialsToken({ organizationId: 'org_2' })).rejects.toMatchObject({
      code: 'access_denied',
      transient: false,
    });
  });

  it('are asked for once however many want one, and kept', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 50 }, () => logto.getClientCredentialsToken(target)),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(await logto.getClientCredentialsToken(target)).toBe(tokens[0]);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('are asked for once as well when 50 find that one about to expire, which goes on working while Logto fails', async () => {
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

  it('that could not be had are not remembered as a failure', async () => {
    issuer.failNext('token');
    await expect(logto.getClientCredentialsToken(target)).rejects.toMatchObject({
      code: 'provider_unavailable',
      transient: true,
    });
    await expect(logto.getClientCredentialsToken(target)).resolves.toEqual(expect.any(String));
  });

  it('need a machine-to-machine application, and say so without one', async () => {
    const without = await startTokenApp({ issuer });
    await expect(without.logto.getClientCredentialsToken(target)).rejects.toMatchObject({
      code: 'machine_to_machine_not_configured',
      message: expect.stringContaining('machineToMachine: { appId, appSecret }'),
    });
    await without.close();
  });
});
