import { Injectable, Module, type Type } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
import { diagnoseApp } from '../../src/cli/doctor/diagnose-app.js';
import { loadRootModule, moduleFromEnv } from '../../src/cli/doctor/root-module.js';
import { application } from '../support/logto/issuer.js';

const fromEnv = {
  LOGTO_ENDPOINT: 'https://logto.example.com',
  LOGTO_APP_ID: application.id,
  LOGTO_APP_SECRET: application.secret,
  LOGTO_BASE_URL: 'http://localhost:3000',
  LOGTO_SESSION_SECRET: 'the-session-secret-of-the-specs',
};

const diagnoseModule = (load: () => Type) => diagnoseApp(async () => load());

describe('A diagnosis of an app that does not start', () => {
  let before: NodeJS.ProcessEnv;

  beforeEach(() => {
    before = { ...process.env };
    Object.assign(process.env, fromEnv);
  });

  afterEach(() => {
    for (const name of Object.keys(fromEnv)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('lists every mistake in the options', async () => {
    Object.assign(process.env, { LOGTO_ENDPOINT: 'https://logto.example.com/oidc', LOGTO_APP_ID: '' });

    expect(await diagnoseModule(moduleFromEnv)).toEqual({
      ok: false,
      checks: [
        {
          name: 'Option appId',
          status: 'failed',
          asked: 'The options of LogtoModule',
          answer: expect.stringContaining('LOGTO_APP_ID'),
        },
        {
          name: 'Option endpoint',
          status: 'failed',
          asked: 'The options of LogtoModule',
          answer: expect.stringContaining('Leave out "/oidc"'),
        },
      ],
    });
  });

  it('finds http: for a Logto on another machine', async () => {
    process.env.LOGTO_ENDPOINT = 'http://logto.example.com';

    expect(await diagnoseModule(moduleFromEnv)).toMatchObject({
      checks: [{ name: 'Option endpoint', answer: expect.stringContaining('use https:') }],
    });
  });

  it('finds a secure session cookie for an app on http:', async () => {
    @Module({
      imports: [LogtoModule.forRoot(logtoOptionsFromEnv({ session: { cookie: { secure: true } } }))],
    })
    class AppModule {}

    expect(await diagnoseModule(() => AppModule)).toMatchObject({
      checks: [
        {
          name: 'Option session.cookie.secure',
          answer: expect.stringContaining('express-session sets no secure cookie over http:'),
        },
      ],
    });
  });

  it('has the message of the error, without its stack', async () => {
    @Injectable()
    class Database {
      constructor() {
        throw new Error('connect ECONNREFUSED 127.0.0.1:5432');
      }
    }

    @Module({ imports: [LogtoModule.forRoot(logtoOptionsFromEnv())], providers: [Database] })
    class AppModule {}

    expect(await diagnoseModule(() => AppModule)).toEqual({
      ok: false,
      checks: [
        {
          name: 'Start',
          status: 'failed',
          asked: 'The app, started without listening',
          answer: 'connect ECONNREFUSED 127.0.0.1:5432',
          remedy: expect.stringContaining('Start the app itself'),
        },
      ],
    });
  });

  it('says that the app does not import LogtoModule', async () => {
    @Module({})
    class AppModule {}

    expect(await diagnoseModule(() => AppModule)).toMatchObject({
      checks: [{ name: 'Start', answer: expect.stringContaining('does not import LogtoModule') }],
    });
  });

  it('says which file is missing', async () => {
    expect(await diagnoseApp(() => loadRootModule('nowhere.js'))).toMatchObject({
      checks: [
        {
          name: 'Start',
          answer: expect.stringContaining('nowhere.js cannot be loaded'),
          remedy: expect.stringContaining('Build the app'),
        },
      ],
    });
  });
});
