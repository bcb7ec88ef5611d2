import { afterEach, describe, expect, it } from '@jest/globals';
import { resource, startIssuer } from '../support/logto/issuer.js';
import { diagnose, findings, statuses } from './support/diagnose.js';
import { callback, diagnosedTenant, machine, unregistered } from './support/tenant.js';

const issuer = await startIssuer(diagnosedTenant);

describe('A diagnosis of the application', () => {
  afterEach(() => issuer.clearFaults());

  it('finds a wrong secret', async () => {
    const diagnosis = await diagnose(issuer, { appSecret: 'the-wrong-secret-of-the-specs' });

    expect(diagnosis.ok).toBe(false);
    expect(findings(diagnosis)).toEqual({
      'Application secret': {
        name: 'Application secret',
        status: 'failed',
        asked: `POST ${issuer.issuer}/request with the secret of app`,
        answer: '401 invalid_client: client authentication failed',
        remedy: expect.stringContaining('Set `appSecret` to the App secret in Logto Console'),
      },
    });
    expect(statuses(diagnosis)).toMatchObject({ Application: 'ok', 'Redirect URI': 'skipped' });
    expect(JSON.stringify(diagnosis)).not.toContain('the-wrong-secret');
  });

  it('finds a missing secret', async () => {
    const diagnosis = await diagnose(issuer, { appSecret: undefined });

    expect(findings(diagnosis)).toMatchObject({
      'Application secret': { remedy: expect.stringContaining('This application has a secret') },
    });
  });

  it('finds an unknown application', async () => {
    const diagnosis = await diagnose(issuer, { appId: 'nobody' });

    expect(findings(diagnosis)).toMatchObject({
      Application: {
        status: 'failed',
        answer: '400 invalid_client: invalid client nobody',
        remedy: expect.stringContaining('Set `appId` to the App ID'),
      },
    });
    expect(statuses(diagnosis)).toMatchObject({
      'Application secret': 'skipped',
      'Redirect URI': 'skipped',
      'Post sign-out URI': 'skipped',
    });
  });

  it('finds an application that users cannot sign in to', async () => {
    expect(findings(await diagnose(issuer, machine))).toMatchObject({
      Application: { remedy: expect.stringContaining('Create one of the type traditional web') },
    });
  });

  it('requires no secret of a public client', async () => {
    const diagnosis = await diagnose(issuer, { appId: 'public', appSecret: undefined });

    expect(diagnosis.ok).toBe(true);
    expect(statuses(diagnosis)).toMatchObject({
      Application: 'ok',
      'Application secret': 'skipped',
      'Redirect URI': 'ok',
    });
  });

  it('finds redirect and post sign-out URIs that are not registered', async () => {
    const diagnosis = await diagnose(issuer, { ...unregistered, baseUrl: 'http://localhost:3000' });

    expect(findings(diagnosis)).toMatchObject({
      'Redirect URI': {
        answer:
          "400 invalid_request: redirect_uri did not match any of the client's registered redirect_uris",
        remedy: `Add ${callback} in Logto Console > Applications > your application > Redirect URIs.`,
      },
      'Post sign-out URI': {
        asked: `GET ${issuer.issuer}/session/end with the post sign-out URI http://localhost:3000`,
        answer: '400 invalid_request: post_logout_redirect_uri not registered',
        remedy: expect.stringContaining('Add http://localhost:3000 in Logto Console'),
      },
    });
  });

  it('only warns about the redirect URI if the app has its own sign-in routes', async () => {
    const diagnosis = await diagnose(issuer, { ...unregistered, authRoutes: false });

    expect(findings(diagnosis)).toMatchObject({ 'Redirect URI': { status: 'warning' } });
  });

  it('finds an unregistered post sign-out URI although the redirect URI is registered', async () => {
    const diagnosis = await diagnose(issuer, {
      appId: 'callback-only',
      appSecret: unregistered.appSecret,
      baseUrl: 'http://localhost:3000',
    });

    expect(Object.keys(findings(diagnosis))).toEqual(['Post sign-out URI']);
  });

  it('finds each unknown resource', async () => {
    const unknown = 'https://unknown.example.com';
    const diagnosis = await diagnose(issuer, { resources: [resource, unknown] });

    expect(statuses(diagnosis)).toMatchObject({
      'Redirect URI': 'ok',
      [`API resource ${resource}`]: 'ok',
      [`API resource ${unknown}`]: 'failed',
    });
    expect(findings(diagnosis)).toMatchObject({
      [`API resource ${unknown}`]: {
        answer: '400 invalid_target: resource indicator is missing, or unknown',
        remedy: expect.stringContaining('Create it in Logto Console > API resources'),
      },
    });
  });
});
