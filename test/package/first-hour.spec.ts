import { beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/app/app.js';
import { closeLater } from '../support/runner/leftovers.js';
import { launchChromium } from './support/browser.js';
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
      expect(printed).not.toContain('Left to you');
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
