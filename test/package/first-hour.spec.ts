import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/app/free-port.js';
import { closeLater } from '../support/runner/leftovers.js';
import { launchChromium } from './support/browser.js';
import { block, blocksOf } from './support/getting-started.js';
import { NewApp } from './support/new-app.js';

/** What a new user does, up to the first sign-in: create an app, install, run `init`, protect a route. */
async function createApp(cli: string): Promise<{ app: NewApp; printed: string }> {
  const app = await NewApp.create(cli);
  await app.install();
  const printed = await app.run('npx', 'nestjs-logto', 'init');
  await app.edit(
    'src/app.controller.ts',
    [
      "import { Controller, Get } from '@nestjs/common';",
      "import { Controller, Get, UseGuards } from '@nestjs/common';\nimport { AuthUser, LogtoContext, LogtoGuard } from 'nestjs-logto';",
    ],
    [
      /}\s*$/,
      "\n  @Get('profile')\n  @UseGuards(LogtoGuard)\n  profile(@AuthUser() user: LogtoContext) {\n    return user.claims;\n  }\n}\n",
    ],
  );
  return { app, printed };
}

const apps = {
  '11': createApp('11.0.24'),
  '12': createApp('12.0.8'),
};
// Each test awaits its own app, and reports why it could not be created.
for (const app of Object.values(apps)) app.catch(() => undefined);

describe.each(['11', '12'] as const)(
  'The first hour with an app that `nest new` of Nest %s creates',
  (nest) => {
    let app: NewApp;
    let printed: string;

    beforeAll(async () => {
      ({ app, printed } = await apps[nest]);
    }, 300_000);

    it('needs no edit by hand after `npx nestjs-logto init`, which changes nothing when it runs again', async () => {
      expect(printed).toContain('src/app.module.ts');
      expect(printed).not.toContain('To do by hand');
      expect(await app.run('npx', 'nestjs-logto', 'init')).toContain('Nothing to change.');
    });

    it('passes its own unit and end-to-end tests, without Logto and without .env', async () => {
      const env = await app.read('.env');
      await app.run('rm', '.env');
      await app.run('npm', 'test');
      await app.run('npm', 'run', 'test:e2e');
      await app.write('.env', env);
    });

    it('signs Ada in, with the emulator and a browser', async () => {
      const port = await freePort();
      const emulator = await app.start('logto', /Users:/, '--port', '0');
      const [endpoint = ''] = /http:\/\/localhost:\d+/.exec(emulator.output) ?? [];
      await app.edit(
        '.env',
        ['LOGTO_ENDPOINT=http://localhost:3001', `LOGTO_ENDPOINT=${endpoint}`],
        ['LOGTO_BASE_URL=http://localhost:3000', `LOGTO_BASE_URL=http://localhost:${port}\nPORT=${port}`],
      );
      await app.start('start', /Nest application successfully started/);

      const browser = closeLater(await launchChromium());
      const page = await browser.newPage({ locale: 'en-GB' });
      await page.goto(`http://localhost:${port}/profile`);
      expect(new URL(page.url()).origin).toBe(endpoint);
      await page.getByLabel('Username').fill('ada');
      await page.getByLabel('Password', { exact: true }).fill('lovelace');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForURL(`http://localhost:${port}/profile`);
      expect(JSON.parse(await page.locator('body').innerText())).toMatchObject({ name: 'Ada Lovelace' });
    });
  },
);

// In the same file, since the apps take longest to install.
describe('The page on getting started', () => {
  let app: NewApp;
  let baseUrl: string;
  let endpoint: string;

  beforeAll(async () => {
    ({ app } = await apps['12']);
    await app.resetSources();
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
    await app.edit('src/app.module.ts', [/LogtoModule\.forRootAsync\(.*?\n {4}\}\)/s, options]);
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

  it('leads to a setup that passes all checks of the doctor', async () => {
    const printed = await app.run('npx', 'nestjs-logto', 'doctor');
    expect(printed).toContain('✓ Redirect URI');
    expect(printed).not.toContain('✗');
  });

  it('has a command that prints a random secret', async () => {
    const command = /console\.log\(.*\)(?=")/.exec(block('sh', 'randomBytes'))?.[0] ?? '';
    expect(await app.run('node', '-e', command)).toMatch(/^[\w-]{43}\n$/);
  });
});
