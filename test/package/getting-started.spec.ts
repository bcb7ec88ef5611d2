import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/app/app.js';
import { closeLater } from '../support/runner/leftovers.js';
import { launchChromium } from './support/browser.js';
import { NewApp } from './support/new-app.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/getting-started.md', import.meta.url)), 'utf8');

/** The blocks of the page in a language. */
function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code = '']) => code,
  );
}

/** The last block that contains a text: the page repeats a file when it is complete. */
function block(language: string, text: string): string {
  const found = blocksOf(language).findLast((code) => code.includes(text));
  if (found === undefined) throw new Error(`The page has no block with "${text}".`);
  return found;
}

describe('The page on getting started', () => {
  let app: NewApp;
  let baseUrl: string;
  let endpoint: string;

  beforeAll(async () => {
    app = await NewApp.create('12.0.8');
    await app.install();
    for (const file of ['app.service.ts', 'app.controller.spec.ts'])
      await rm(join(app.directory, 'src', file));

    const emulator = await app.startCommand(['npx', 'logto-emulator', '--port', '0'], /Users:/);
    [endpoint = ''] = /http:\/\/localhost:\d+/.exec(emulator.output) ?? [];
    const port = await freePort();
    baseUrl = `http://localhost:${port}`;
    const environment = block('sh', 'LOGTO_ENDPOINT=')
      .replace('http://localhost:3001', endpoint)
      .replace('http://localhost:3000', baseUrl);
    await app.write('.env', `${environment}PORT=${port}\n`);

    // Step 8 replaces the options of step 4.
    const options = block('ts', 'resources:').trim().replace(/;$/, '');
    await app.write('src/app.module.ts', block('ts', 'class AppModule'));
    await app.edit('src/app.module.ts', [/LogtoModule\.forRoot\(.*?\n {4}\)/s, options]);
    await app.write('src/app.controller.ts', block('ts', 'class AppController'));
    const started = /Nest application successfully started/;
    await app.startCommand(['npx', 'nest', 'start', '--watch', '--env-file', '.env'], started);
  }, 300_000);

  it('shows the commands that this test runs', () => {
    expect(blocksOf('sh').filter((code) => !code.includes('LOGTO_'))).toEqual([
      'npx @nestjs/cli new my-app --package-manager npm\ncd my-app\n',
      'npm install nestjs-logto\nnpm install --save-dev oidc-provider\n',
      'npx logto-emulator\n',
      `node -e "console.log(crypto.randomBytes(32).toString('base64url'))"\n`,
      'npx nest start --watch --env-file .env\n',
      'curl http://localhost:3000/profile\n',
      'npx nestjs-logto doctor\n',
    ]);
  });

  it('leads to an app that signs Ada in and has all of its pages', async () => {
    const browser = closeLater(await launchChromium());
    const tab = await browser.newPage({ locale: 'en-GB' });
    const text = async (path: string): Promise<string> => {
      await tab.goto(baseUrl + path);
      return tab.locator('body').innerText();
    };
    await tab.goto(baseUrl);
    await tab.getByRole('link', { name: 'Sign in' }).click();
    await tab.getByLabel('Username').fill('ada');
    await tab.getByLabel('Password', { exact: true }).fill('lovelace');
    await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
    await tab.getByText('Hello ada').waitFor();

    expect(JSON.parse(await text('/profile'))).toMatchObject({ username: 'ada' });
    expect(await text('/admin')).toBe('You are an administrator.');
    expect(JSON.parse(await text('/user-info'))).toMatchObject({ email: expect.stringContaining('@') });
    expect(JSON.parse(await text('/token'))).toMatchObject({ scopes: ['read:things'] });

    await tab.goto(baseUrl);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  it('leads to an app that answers a script with 401', async () => {
    const answer = await fetch(`${baseUrl}/profile`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'not_authenticated' }]);
  });

  it('leads to a setup that the doctor finds nothing wrong with', async () => {
    const printed = await app.run('npx', 'nestjs-logto', 'doctor');
    expect(printed).toContain('✓ Redirect URI');
    expect(printed).not.toContain('✗');
  });

  it('prints a random secret by its command', async () => {
    const command = /console\.log\(.*\)(?=")/.exec(block('sh', 'randomBytes'))?.[0] ?? '';
    expect(await app.run('node', '-e', command)).toMatch(/^[\w-]{43}\n$/);
  });
});
