import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { project } from './support/packed.js';
import { run } from './support/run.js';

const app = project('nest-12');
const script = readFileSync(join(app, 'node_modules/nestjs-logto/dist/browser/index.js'), 'utf8');

describe('nestjs-logto/browser', () => {
  it('is one file that a browser can load as it is', () => {
    expect(script).not.toMatch(/\bimport\b|\brequire\b|\bprocess\b|\bglobalThis\b/);
    expect(script).toContain('export const getSession');
  });

  it('has less than 1 kB: the published file, gzipped, before any minifier has shortened it', () => {
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThan(1024);
  });

  it('can be imported in server-side rendering', async () => {
    const code = `import('nestjs-logto/browser').then((client) => console.log(Object.keys(client).join(' ')))`;
    const { stdout } = await run(process.execPath, ['-e', code], app);

    expect(stdout.trim()).toBe('createLogtoClient getSession onSessionChange signIn signOut');
  });

  it.each([
    ['with the types of the DOM', ['ES2022', 'DOM']],
    ['without them', ['ES2022']],
  ])('has types for a front end %s', async (_, lib) => {
    const folder = join(app, 'build/browser-client');
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'page.ts'),
      `import { createLogtoClient, getSession, onSessionChange, signIn, signOut, type Session } from 'nestjs-logto/browser';
      export async function page(): Promise<string> {
        const { isAuthenticated, user }: Session = await getSession();
        const remove: () => void = onSessionChange(({ user: now }) => now?.email?.toLowerCase());
        remove();
        if (!isAuthenticated) await signIn({ returnTo: '/cart', parameters: { first_screen: 'register' } });
        await createLogtoClient({ baseUrl: 'https://api.example.com', prefix: 'auth' }).getSession();
        // @ts-expect-error there are no tokens
        user?.accessToken.length;
        return user?.name ?? (await signOut());
      }`,
    );
    const compilerOptions = {
      lib,
      types: [],
      strict: true,
      noEmit: true,
      target: 'ES2022',
      module: 'ESNext',
      moduleResolution: 'bundler',
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    const compiler = join(app, 'node_modules/typescript/bin/tsc');

    const { stdout, exitCode } = await run(process.execPath, [compiler, '-p', folder], app);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });
});
