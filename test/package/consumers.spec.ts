import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { project } from './support/packed.js';
import { succeed } from './support/run.js';

/** What the app of `fixtures/app` prints after a user has signed in and out. */
const visit = {
  anonymous: { isAuthenticated: false },
  refused: { status: 302, location: '/logto/sign-in?returnTo=%2Fprotected' },
  signIn: { status: 302, atLogto: true },
  signedIn: { status: 302, location: '/protected' },
  page: { status: 200, text: 'hello ada on free' },
  userInfo: expect.objectContaining({ sub: 'ada', name: 'Ada Lovelace', shoe_size: 38 }),
  accessToken: { scopes: ['read:things'], parts: 3 },
  signOut: { status: 302, back: '/' },
  after: { status: 302, location: '/logto/sign-in?returnTo=%2Fprotected' },
};

/** The OpenAPI document of `fixtures/app/src/api.ts`. */
const apiDocument = readFile(new URL('support/api-document.json', import.meta.url), 'utf8').then(
  (text) => JSON.parse(text) as unknown,
);

describe.each([
  ['a Nest 12 app in ES modules', 'nest-12/esm', 'tsconfig.json'],
  ['a Nest 11 app in ES modules', 'nest-11/esm', 'tsconfig.json'],
  ['a Nest 11 app in CommonJS, as Nest 11 creates it', 'nest-11/cjs', 'tsconfig.json'],
  [
    'a Nest 11 app in CommonJS, with the compiler settings of older apps',
    'nest-11/cjs',
    'tsconfig.commonjs.json',
  ],
])('The package in %s', (_name, folder, tsconfig) => {
  const outDir = `dist-${tsconfig}`;
  const printedBy = async (script: string): Promise<unknown> =>
    JSON.parse(await succeed(process.execPath, [`${outDir}/${script}`], project(folder)));

  beforeAll(async () => {
    const compiler = project(folder, '../node_modules/typescript/bin/tsc');
    await succeed(process.execPath, [compiler, '-p', tsconfig, '--outDir', outDir], project(folder));
  });

  it('signs a user in and out, with the emulator of the package', async () => {
    expect(await printedBy('main.js')).toEqual(visit);
  });

  it('guards an API on Fastify, checks its health, and documents it as OpenAPI', async () => {
    const { document, ...answers } = (await printedBy('api.js')) as {
      document: Record<string, unknown>;
    };

    expect(answers).toEqual({
      anonymous: { status: 401, challenge: 'Bearer' },
      found: { status: 200, text: 'things for machine' },
      refused: { status: 403, challenge: 'Bearer error="insufficient_scope", scope="write:things"' },
      open: 200,
      health: { status: 200, logto: 'up' },
    });
    // It is the same for every version of Nest and of @nestjs/swagger.
    expect(document).toEqual(await apiDocument);
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  it("runs the app's own tests without Logto", async () => {
    expect(await printedBy('without-logto.js')).toEqual({
      anonymous: 401,
      ada: { status: 200, text: 'hello ada on free' },
    });
  });
});

describe('The command of the package', () => {
  it('can be run once the package is installed', async () => {
    const command = project('nest-12/node_modules/.bin/logto-emulator');
    expect(await succeed(command, ['--help'], project('nest-12'))).toContain('Usage: logto-emulator');
  });
});

describe('The package without oidc-provider and @nestjs/platform-express', () => {
  it('loads, and its emulator says what to install', async () => {
    const printed = await succeed(process.execPath, ['main.js'], project('without-emulator'));
    expect(JSON.parse(printed)).toEqual({
      module: 'LogtoModule',
      express: false,
      code: 'oidc_provider_missing',
      message: expect.stringContaining('npm install --save-dev oidc-provider'),
    });
  });
});
