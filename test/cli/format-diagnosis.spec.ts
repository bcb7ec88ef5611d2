import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { LogtoDiagnosis, LogtoModuleOptions } from 'nestjs-logto';
import { formatDiagnosis, type Style } from '../../src/cli/doctor/format-diagnosis.js';
import { session } from '../support/app/app.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { diagnose } from '../diagnosis/support/diagnose.js';

const secret = application.secret;
const machineToMachine = { appId: 'my-machine', appSecret: 'the-machine-secret-of-the-specs' };
const issuer = await startIssuer({
  applications: [
    { id: 'good-app', secret },
    {
      id: 'my-app',
      secret,
      redirectUris: ['https://app.example.com/logto/sign-in-callback'],
      postLogoutRedirectUris: ['http://localhost:3000'],
    },
    { id: machineToMachine.appId, secret: machineToMachine.appSecret, type: 'MachineToMachine' },
  ],
});

const plain: Style = (_format, text) => text;
const coloured: Style = (format, text) => styleText(format, text, { validateStream: false });

/** The diagnosis of an app, with the usual port of Logto. */
async function diagnosisOf(logto: Partial<LogtoModuleOptions>): Promise<LogtoDiagnosis> {
  const diagnosis = await diagnose(issuer, { appId: 'good-app', baseUrl: 'http://localhost:3000', ...logto });
  return JSON.parse(
    JSON.stringify(diagnosis).replaceAll(issuer.endpoint, 'http://localhost:3001'),
  ) as LogtoDiagnosis;
}

const complete = (): Promise<LogtoDiagnosis> =>
  diagnosisOf({ resources: [resource], session: { ...session, store: new MemorySessionStore() } });
const withMistakes = (): Promise<LogtoDiagnosis> => diagnosisOf({ appId: 'my-app', machineToMachine });

describe('The output of nestjs-logto doctor', () => {
  it('for a complete setup', async () => {
    expect(formatDiagnosis(await complete(), plain)).toMatchInlineSnapshot(`
     "✓ Endpoint: 200, the issuer is http://localhost:3001/oidc
       GET http://localhost:3001/oidc/.well-known/openid-configuration
     ✓ Clock: it agrees with this server's clock
       The Date header of Logto's response
     ✓ Signing keys: 200, 1 key for ES384
       GET http://localhost:3001/oidc/jwks
     ✓ Application: Logto knows it
       POST http://localhost:3001/oidc/request for the application good-app
     ✓ Application secret: Logto accepts it
       POST http://localhost:3001/oidc/request with the secret of good-app
     ✓ Redirect URI: registered
       POST http://localhost:3001/oidc/request with the redirect URI
       http://localhost:3000/logto/sign-in-callback
     ✓ API resource https://api.example.com: Logto knows it
       POST http://localhost:3001/oidc/request with the resource
       https://api.example.com
     ✓ Post sign-out URI: registered
       GET http://localhost:3001/oidc/session/end with the post sign-out URI
       http://localhost:3000
     - Machine-to-machine: There is no \`machineToMachine\` in the options.
     ✓ Features of this Logto: back-channel logout, pushed authorization requests,
       revocation, introspection, token exchange, organizations, step-up
       authentication
       The discovery document
     ✓ Session cookie: not secure, for http:
       The session's options against http://localhost:3000
     ✓ Session store: it keeps entries
       Write, read and delete an entry in MemorySessionStore

     0 failed, 11 ok, 1 skipped
     "
    `);
  });

  it('for a setup with mistakes, as the documentation shows it', async () => {
    const page = await readFile(new URL('../../docs/how-to/check-your-setup.md', import.meta.url), 'utf8');
    const output = formatDiagnosis(await withMistakes(), plain);

    expect(output).toMatchInlineSnapshot(`
     "✓ Endpoint: 200, the issuer is http://localhost:3001/oidc
       GET http://localhost:3001/oidc/.well-known/openid-configuration
     ✓ Clock: it agrees with this server's clock
       The Date header of Logto's response
     ✓ Signing keys: 200, 1 key for ES384
       GET http://localhost:3001/oidc/jwks
     ✓ Application: Logto knows it
       POST http://localhost:3001/oidc/request for the application my-app
     ✓ Application secret: Logto accepts it
       POST http://localhost:3001/oidc/request with the secret of my-app

     ✗ Redirect URI: 400 invalid_request: redirect_uri did not match any of the
       client's registered redirect_uris
       POST http://localhost:3001/oidc/request with the redirect URI
       http://localhost:3000/logto/sign-in-callback
       → Add http://localhost:3000/logto/sign-in-callback in Logto Console >
         Applications > your application > Redirect URIs.

     ✓ Post sign-out URI: registered
       GET http://localhost:3001/oidc/session/end with the post sign-out URI
       http://localhost:3000
     ✓ Machine-to-machine: Logto accepts it
       POST http://localhost:3001/oidc/token with client credentials of my-machine

     ! Management API: a token without the scope all
       POST http://localhost:3001/oidc/token with client credentials of my-machine
       for https://default.logto.app/api
       → Assign a role with access to the Management API to the application in Logto
         Console > Applications > the machine-to-machine application > Roles. Ignore
         this if you do not call the Management API.

     ✓ Features of this Logto: back-channel logout, pushed authorization requests,
       revocation, introspection, token exchange, organizations, step-up
       authentication
       The discovery document
     ✓ Session cookie: not secure, for http:
       The session's options against http://localhost:3000
     - Session store: Sessions are kept in the memory of the app.

     1 failed, 1 warning, 9 ok, 1 skipped
     "
    `);
    expect(page).toContain(`\`\`\`text\n${output}\`\`\`\n`);
  });

  it('with colours', async () => {
    const output = formatDiagnosis(await withMistakes(), coloured);

    expect(output.replaceAll('\u001b', '␛')).toMatchInlineSnapshot(`
     "␛[32m✓␛[39m ␛[1mEndpoint␛[22m: 200, the issuer is http://localhost:3001/oidc
     ␛[2m  GET http://localhost:3001/oidc/.well-known/openid-configuration␛[22m
     ␛[32m✓␛[39m ␛[1mClock␛[22m: it agrees with this server's clock
     ␛[2m  The Date header of Logto's response␛[22m
     ␛[32m✓␛[39m ␛[1mSigning keys␛[22m: 200, 1 key for ES384
     ␛[2m  GET http://localhost:3001/oidc/jwks␛[22m
     ␛[32m✓␛[39m ␛[1mApplication␛[22m: Logto knows it
     ␛[2m  POST http://localhost:3001/oidc/request for the application my-app␛[22m
     ␛[32m✓␛[39m ␛[1mApplication secret␛[22m: Logto accepts it
     ␛[2m  POST http://localhost:3001/oidc/request with the secret of my-app␛[22m

     ␛[31m✗␛[39m ␛[1mRedirect URI␛[22m: 400 invalid_request: redirect_uri did not match any of the
       client's registered redirect_uris
     ␛[2m  POST http://localhost:3001/oidc/request with the redirect URI␛[22m
     ␛[2m  http://localhost:3000/logto/sign-in-callback␛[22m
     ␛[31m  → Add http://localhost:3000/logto/sign-in-callback in Logto Console >␛[39m
     ␛[31m    Applications > your application > Redirect URIs.␛[39m

     ␛[32m✓␛[39m ␛[1mPost sign-out URI␛[22m: registered
     ␛[2m  GET http://localhost:3001/oidc/session/end with the post sign-out URI␛[22m
     ␛[2m  http://localhost:3000␛[22m
     ␛[32m✓␛[39m ␛[1mMachine-to-machine␛[22m: Logto accepts it
     ␛[2m  POST http://localhost:3001/oidc/token with client credentials of my-machine␛[22m

     ␛[33m!␛[39m ␛[1mManagement API␛[22m: a token without the scope all
     ␛[2m  POST http://localhost:3001/oidc/token with client credentials of my-machine␛[22m
     ␛[2m  for https://default.logto.app/api␛[22m
     ␛[33m  → Assign a role with access to the Management API to the application in Logto␛[39m
     ␛[33m    Console > Applications > the machine-to-machine application > Roles. Ignore␛[39m
     ␛[33m    this if you do not call the Management API.␛[39m

     ␛[32m✓␛[39m ␛[1mFeatures of this Logto␛[22m: back-channel logout, pushed authorization requests,
       revocation, introspection, token exchange, organizations, step-up
       authentication
     ␛[2m  The discovery document␛[22m
     ␛[32m✓␛[39m ␛[1mSession cookie␛[22m: not secure, for http:
     ␛[2m  The session's options against http://localhost:3000␛[22m
     ␛[2m-␛[22m ␛[2mSession store: Sessions are kept in the memory of the app.␛[22m

     ␛[31m1 failed, 1 warning, 9 ok, 1 skipped␛[39m
     "
    `);
  });

  it('while Logto is away, with a store that is down', async () => {
    const store = new MemorySessionStore();
    store.shouldFail = () => true;
    issuer.failNext('discovery', { status: 502, body: 'Bad gateway' });

    expect(formatDiagnosis(await diagnosisOf({ session: { ...session, store } }), plain))
      .toMatchInlineSnapshot(`
     "✗ Endpoint: 502
       GET http://localhost:3001/oidc/.well-known/openid-configuration
       → Logto or the proxy in front of it fails. Check Logto's logs.

     - Clock: The endpoint check failed.
     - Signing keys: The endpoint check failed.
     - Application: The endpoint check failed.
     - Post sign-out URI: The endpoint check failed.
     - Machine-to-machine: The endpoint check failed.
     - Features of this Logto: The endpoint check failed.
     ✓ Session cookie: not secure, for http:
       The session's options against http://localhost:3000

     ✗ Session store: the store is down
       Write, read and delete an entry in MemorySessionStore
       → Start the database of the store, and check its address and credentials.

     2 failed, 1 ok, 6 skipped
     "
    `);
  });

  it('as JSON', async () => {
    expect(JSON.stringify(await withMistakes(), null, 2)).toMatchInlineSnapshot(`
     "{
       "ok": false,
       "checks": [
         {
           "name": "Endpoint",
           "status": "ok",
           "asked": "GET http://localhost:3001/oidc/.well-known/openid-configuration",
           "answer": "200, the issuer is http://localhost:3001/oidc"
         },
         {
           "name": "Clock",
           "status": "ok",
           "asked": "The Date header of Logto's response",
           "answer": "it agrees with this server's clock"
         },
         {
           "name": "Signing keys",
           "status": "ok",
           "asked": "GET http://localhost:3001/oidc/jwks",
           "answer": "200, 1 key for ES384"
         },
         {
           "name": "Application",
           "status": "ok",
           "asked": "POST http://localhost:3001/oidc/request for the application my-app",
           "answer": "Logto knows it"
         },
         {
           "name": "Application secret",
           "status": "ok",
           "asked": "POST http://localhost:3001/oidc/request with the secret of my-app",
           "answer": "Logto accepts it"
         },
         {
           "name": "Redirect URI",
           "status": "failed",
           "asked": "POST http://localhost:3001/oidc/request with the redirect URI http://localhost:3000/logto/sign-in-callback",
           "answer": "400 invalid_request: redirect_uri did not match any of the client's registered redirect_uris",
           "remedy": "Add http://localhost:3000/logto/sign-in-callback in Logto Console > Applications > your application > Redirect URIs."
         },
         {
           "name": "Post sign-out URI",
           "status": "ok",
           "asked": "GET http://localhost:3001/oidc/session/end with the post sign-out URI http://localhost:3000",
           "answer": "registered"
         },
         {
           "name": "Machine-to-machine",
           "status": "ok",
           "asked": "POST http://localhost:3001/oidc/token with client credentials of my-machine",
           "answer": "Logto accepts it"
         },
         {
           "name": "Management API",
           "status": "warning",
           "asked": "POST http://localhost:3001/oidc/token with client credentials of my-machine for https://default.logto.app/api",
           "answer": "a token without the scope all",
           "remedy": "Assign a role with access to the Management API to the application in Logto Console > Applications > the machine-to-machine application > Roles. Ignore this if you do not call the Management API."
         },
         {
           "name": "Features of this Logto",
           "status": "ok",
           "asked": "The discovery document",
           "answer": "back-channel logout, pushed authorization requests, revocation, introspection, token exchange, organizations, step-up authentication"
         },
         {
           "name": "Session cookie",
           "status": "ok",
           "asked": "The session's options against http://localhost:3000",
           "answer": "not secure, for http:"
         },
         {
           "name": "Session store",
           "status": "skipped",
           "asked": "",
           "answer": "Sessions are kept in the memory of the app."
         }
       ]
     }"
    `);
  });

  it('fits into 80 columns, except for long words', async () => {
    for (const diagnosis of [await complete(), await withMistakes()]) {
      for (const line of formatDiagnosis(diagnosis, plain).split('\n'))
        expect(line.length <= 80 || !line.trim().includes(' ')).toBe(true);
    }
  });

  it('breaks no long word, such as the name of a resource', () => {
    const long = `https://${'long-'.repeat(20)}.example.com`;
    const check = {
      name: `API resource ${long}`,
      status: 'ok',
      asked: '',
      answer: 'Logto knows it',
    } as const;

    expect(formatDiagnosis({ ok: true, checks: [check] }, plain)).toBe(
      `✓ API resource\n  ${long}:\n  Logto knows it\n\n0 failed, 1 ok\n`,
    );
  });
});
