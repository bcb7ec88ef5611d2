import { describe, expect, it } from '@jest/globals';
import { project } from './support/packed.js';
import { succeed } from './support/run.js';

/** What the app of `fixtures/app` tells after it signed a person in and out. */
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
  it('compiles and signs a person in and out, with what the package brings', async () => {
    const cwd = project(folder);
    const outDir = `dist-${tsconfig}`;
    await succeed(process.execPath, [compiler(folder), '-p', tsconfig, '--outDir', outDir], cwd);
    const printed = await succeed(process.execPath, [`${outDir}/main.js`], cwd);
    expect(JSON.parse(printed)).toEqual(visit);
  });
});

describe('The package without oidc-provider', () => {
  it('works, and its emulator says what to install', async () => {
    const printed = await succeed(process.execPath, ['main.js'], project('without-emulator'));
    expect(JSON.parse(printed)).toEqual({
      module: 'LogtoModule',
      code: 'oidc_provider_missing',
      message: expect.stringContaining('npm install --save-dev oidc-provider'),
    });
  });
});

function compiler(folder: string): string {
  return project(folder, '../node_modules/typescript/bin/tsc');
}
