import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { session } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { diagnose, findings, statuses } from './support/diagnose.js';
import { diagnosedTenant, machine } from './support/tenant.js';

const issuer = await startIssuer(diagnosedTenant);

/** Starts a server that answers every request in the same way. */
async function startServer(answer: RequestListener): Promise<{ endpoint: string }> {
  const server = closeLater(createServer(answer));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { endpoint: `http://localhost:${(server.address() as AddressInfo).port}` };
}

describe('A diagnosis', () => {
  afterEach(() => issuer.clearFaults());

  it('passes a complete setup', async () => {
    const diagnosis = await diagnose(issuer, {
      resources: [resource],
      machineToMachine: machine,
      session: { ...session, store: new MemorySessionStore() },
    });

    expect(diagnosis.ok).toBe(true);
    expect(statuses(diagnosis)).toEqual({
      Endpoint: 'ok',
      Clock: 'ok',
      'Signing keys': 'ok',
      Application: 'ok',
      'Application secret': 'ok',
      'Redirect URI': 'ok',
      [`API resource ${resource}`]: 'ok',
      'Post sign-out URI': 'ok',
      'Machine-to-machine': 'ok',
      'Management API': 'ok',
      'Features of this Logto': 'ok',
      'Session cookie': 'ok',
      'Session store': 'ok',
    });
  });

  it('leaves no entry in the session store', async () => {
    const store = new MemorySessionStore();
    await diagnose(issuer, { session: { ...session, store } });

    expect(store.calls.map((call) => call.split(' ')[0])).toEqual(['set', 'get', 'destroy']);
    expect(store.keys()).toEqual([]);
  });

  describe('of the endpoint', () => {
    it('is one failure while Logto is down', async () => {
      const diagnosis = await diagnose({ endpoint: `http://localhost:${await freePort()}` });

      expect(findings(diagnosis)).toMatchObject({
        Endpoint: { answer: 'connection refused (ECONNREFUSED)' },
      });
      expect(Object.keys(findings(diagnosis))).toEqual(['Endpoint']);
      expect(statuses(diagnosis)).toMatchObject({ Application: 'skipped', 'Session cookie': 'ok' });
    });

    it('finds a Logto that does not answer in time', async () => {
      issuer.failNext('discovery', { delay: Number.POSITIVE_INFINITY });
      const diagnosis = await diagnose(issuer, { http: { timeout: 100 } });

      expect(findings(diagnosis)).toMatchObject({ Endpoint: { answer: 'no response in time' } });
    });

    it('finds a Logto that fails', async () => {
      issuer.failNext('discovery', { status: 502, body: 'Bad gateway' });

      expect(findings(await diagnose(issuer))).toMatchObject({
        Endpoint: { answer: '502', remedy: expect.stringContaining("Logto's log") },
      });
    });

    it('finds the address of a server that is not Logto', async () => {
      const other = await startServer((_request, response) => response.end('<h1>Welcome</h1>'));

      expect(findings(await diagnose(other))).toMatchObject({
        Endpoint: {
          answer: '200, but no discovery document',
          remedy: expect.stringContaining('This is not Logto.'),
        },
      });
    });

    it('finds an address of Logto that is not its issuer', async () => {
      const diagnosis = await diagnose({ endpoint: issuer.endpoint.replace('localhost', '127.0.0.1') });

      expect(findings(diagnosis)).toMatchObject({
        Endpoint: {
          answer: `200, but the issuer is ${issuer.issuer}`,
          remedy: expect.stringContaining(`Set \`endpoint\` to ${issuer.endpoint}.`),
        },
      });
    });

    it('finds https: for a Logto that only speaks http:', async () => {
      const diagnosis = await diagnose({ endpoint: issuer.endpoint.replace('http:', 'https:') });

      expect(findings(diagnosis)).toMatchObject({
        Endpoint: {
          answer: expect.stringMatching(/^no TLS \(\w+\)$/),
          remedy: expect.stringContaining(`set \`endpoint\` to ${issuer.endpoint}.`),
        },
      });
    });

    it('finds http: for a Logto that redirects to https:', async () => {
      const location = 'https://logto.example.com/oidc/.well-known/openid-configuration';
      const redirecting = await startServer((_request, response) =>
        response.writeHead(301, { location }).end(),
      );

      expect(findings(await diagnose(redirecting))).toMatchObject({
        Endpoint: {
          answer: `301, a redirect to ${location}`,
          remedy: expect.stringContaining('https://logto.example.com.'),
        },
      });
    });
  });

  describe('of the clock', () => {
    it.each([
      ['ahead of', -600],
      ['behind', 600],
    ])('finds a server that is ten minutes %s Logto', async (where, seconds) => {
      for (const endpoint of ['discovery', 'jwks', 'par', 'end_session'] as const) {
        issuer.failNext(endpoint, {
          times: 10,
          transform: (response) => ({
            ...response,
            headers: { ...response.headers, date: new Date(Date.now() + seconds * 1000).toUTCString() },
          }),
        });
      }

      expect(findings(await diagnose(issuer))).toEqual({
        Clock: {
          name: 'Clock',
          status: 'failed',
          asked: "The Date header of Logto's response",
          answer: `This server's clock is 10 minutes ${where} Logto's`,
          remedy: expect.stringContaining('NTP'),
        },
      });
    });
  });

  describe('of the signing keys', () => {
    it('finds keys that cannot be fetched', async () => {
      issuer.failNext('jwks', { status: 403, body: 'Forbidden' });

      expect(findings(await diagnose(issuer))).toMatchObject({
        'Signing keys': { asked: `GET ${issuer.issuer}/jwks`, answer: '403' },
      });
    });
  });

  describe('of the machine-to-machine application', () => {
    it('finds wrong credentials', async () => {
      const machineToMachine = { ...machine, appSecret: 'the-wrong-secret-of-the-specs' };
      const diagnosis = await diagnose(issuer, { machineToMachine });

      expect(findings(diagnosis)).toMatchObject({
        'Machine-to-machine': {
          answer: '401 invalid_client: client authentication failed',
          remedy: expect.stringContaining('machineToMachine.appSecret'),
        },
      });
      expect(statuses(diagnosis)).toMatchObject({ 'Management API': 'skipped' });
    });

    it('finds a web application instead', async () => {
      const machineToMachine = { appId: application.id, appSecret: application.secret };

      expect(findings(await diagnose(issuer, { machineToMachine }))).toMatchObject({
        'Machine-to-machine': { remedy: expect.stringContaining('of the type machine-to-machine') },
      });
    });

    it('warns if it may not call the Management API', async () => {
      const diagnosis = await diagnose(issuer, {
        machineToMachine: { ...machine, appId: 'machine-without-role' },
      });

      expect(diagnosis.ok).toBe(true);
      expect(findings(diagnosis)).toEqual({
        'Management API': {
          name: 'Management API',
          status: 'warning',
          asked: `POST ${issuer.issuer}/token with client credentials of machine-without-role for https://default.logto.app/api`,
          answer: 'a token without the scope all',
          remedy: expect.stringContaining('Assign a role with access to the Management API'),
        },
      });
    });
  });

  describe('of the Management API', () => {
    it('asks for the resource in `management`, and says what to set if Logto does not know it', async () => {
      const diagnosis = await diagnose(issuer, {
        machineToMachine: machine,
        management: { resource: 'https://acme.logto.app/api' },
      });

      expect(findings(diagnosis)).toMatchObject({
        'Management API': {
          asked: expect.stringContaining('for https://acme.logto.app/api'),
          remedy: expect.stringContaining("management: { resource: 'https://<tenant>.logto.app/api' }"),
        },
      });
    });
  });

  describe('of the session', () => {
    it('finds a store that refuses connections', async () => {
      const store = new MemorySessionStore();
      store.shouldFail = () => true;
      const diagnosis = await diagnose(issuer, { session: { ...session, store } });

      expect(findings(diagnosis)).toEqual({
        'Session store': {
          name: 'Session store',
          status: 'failed',
          asked: 'Write, read and delete an entry in MemorySessionStore',
          answer: 'the store is down',
          remedy: expect.stringContaining('Start the database of the store'),
        },
      });
    });

    it('finds a store that loses entries', async () => {
      const store = new MemorySessionStore();
      store.get = (_key, done) => done(null, null);

      expect(findings(await diagnose(issuer, { session: { ...session, store } }))).toMatchObject({
        'Session store': { answer: 'the entry could not be read back' },
      });
    });

    it('finds a cookie that is not secure for an app on https:', async () => {
      const diagnosis = await diagnose(issuer, {
        appId: 'public',
        appSecret: undefined,
        baseUrl: 'https://localhost:3000',
        session: { ...session, cookie: { secure: false } },
      });

      expect(findings(diagnosis)).toMatchObject({
        'Session cookie': { status: 'warning', remedy: expect.stringContaining('Set `secure: true`') },
      });
    });

    it('finds a secure cookie that express-session does not set behind a proxy', async () => {
      const diagnosis = await diagnose(issuer, {
        baseUrl: 'https://localhost:3000',
        session: { ...session, proxy: false },
      });

      expect(findings(diagnosis)).toMatchObject({
        'Session cookie': { status: 'warning', remedy: expect.stringContaining('`session.proxy` is false') },
      });
    });

    it('skips the session of an app that mounts its own', async () => {
      expect(statuses(await diagnose(issuer, { session: undefined }))).toMatchObject({
        'Session cookie': 'skipped',
        'Session store': 'skipped',
      });
    });
  });

  it('skips what does not apply to an app that only accepts bearer tokens', async () => {
    const diagnosis = await diagnose(issuer, {
      appId: undefined,
      appSecret: undefined,
      baseUrl: undefined,
      session: undefined,
      api: { audience: resource },
    });

    expect(diagnosis.ok).toBe(true);
    expect(statuses(diagnosis)).toEqual({
      Endpoint: 'ok',
      Clock: 'ok',
      'Signing keys': 'ok',
      Application: 'skipped',
      'Post sign-out URI': 'skipped',
      'Machine-to-machine': 'skipped',
      'Features of this Logto': 'ok',
      'Session cookie': 'skipped',
      'Session store': 'skipped',
    });
  });

  it('lists the features that this Logto does not support, with the version that does', async () => {
    const { checks } = await diagnose(await startIssuer({ stepUp: false }));

    expect(checks.find(({ name }) => name === 'Features of this Logto')?.answer).toBe(
      'back-channel logout, pushed authorization requests, revocation, introspection, token exchange, organizations; ' +
        'no step-up authentication (requires Logto 1.46)',
    );
  });

  it('skips the checks that need pushed authorization requests if Logto does not support them', async () => {
    issuer.failNext('discovery', {
      transform: (response) => {
        const { pushed_authorization_request_endpoint: _, ...rest } = JSON.parse(response.body) as Record<
          string,
          unknown
        >;
        return { ...response, body: JSON.stringify(rest) };
      },
    });

    expect(statuses(await diagnose(issuer))).toMatchObject({
      Application: 'skipped',
      'Post sign-out URI': 'ok',
    });
  });
});
