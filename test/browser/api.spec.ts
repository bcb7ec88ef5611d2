import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../support/app/free-port.js';
import { OtherServer } from '../support/requests/other-server.js';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { BrowserProfile } from './support/browser-profile.js';
import { closeLater } from '../support/runner/leftovers.js';

/** The API sample, as `npm run start:api` builds and runs it. */
const builtApi = [process.execPath, 'build/sample/api/main.js'];

describe('The API sample', () => {
  describe('next to the web sample', () => {
    let browser: Browser;
    let web: Sample;
    let api: Sample;
    let profile: BrowserProfile | undefined;

    beforeAll(async () => {
      const port = String(await freePort());
      const logto = String(await freePort());
      browser = closeLater(await launchChromium());
      web = closeLater(
        await startSample({
          env: { LOGTO_EMULATOR_PORT: logto, SAMPLE_API: `http://localhost:${port}` },
        }),
      );
      api = closeLater(
        await startSample({ command: builtApi, env: { PORT: port, LOGTO_EMULATOR_PORT: logto } }),
      );
    });

    afterEach(async () => {
      await profile?.close();
      profile = undefined;
    });

    async function tokenPageOf(username: string, password: string): Promise<Page> {
      profile = await BrowserProfile.create(browser, { baseURL: web.baseUrl });
      const page = await profile.newTab();
      await page.goto('/fetch-access-token');
      await profile.signIn(page, username, password);
      return page;
    }

    it('says that it uses the emulator of the web sample', () => {
      expect(api.output()).toMatch(/Logto +http:\S+, the emulator of the web sample$/m);
    });

    it('accepts the access token of the user', async () => {
      const page = await tokenPageOf('ada', 'lovelace');

      const answer = await page.getByLabel('Response of the API').textContent();
      expect(answer).toMatch(/^200 /);
      expect(answer).toContain('Sketch of the Analytical Engine');
    });

    it('names the scope that the user lacks', async () => {
      const page = await tokenPageOf('alan', 'turing');

      const answer = await page.getByLabel('Response of the API').textContent();
      expect(answer).toMatch(/^403 /);
      expect(answer).toContain('read:books');
    });
  });

  describe('with another server on the port of the web sample’s emulator', () => {
    async function expectOwnLogtoBeside(url: string): Promise<void> {
      const api = closeLater(
        await startSample({ command: builtApi, env: { LOGTO_EMULATOR_PORT: new URL(url).port } }),
      );
      expect(api.output()).toContain(`The server at ${url} is not the emulator of the web sample`);
      expect(api.output()).toMatch(/READER=\S+/);
    }

    it('says so and starts its own emulator: another Logto', async () => {
      const applications = [{ id: 'app', secret: 'a-secret' }];
      const other = closeLater(await startLogtoEmulator({ port: 0, applications }));
      await expectOwnLogtoBeside(other.endpoint);
    });

    it('says so and starts its own emulator: a server that is not Logto', async () => {
      const other = closeLater(await OtherServer.start(() => Promise.resolve({ status: 200, body: '{}' })));
      await expectOwnLogtoBeside(other.origin);
    });
  });

  it('answers the requests that it prints with the statuses that it prints', async () => {
    const api = await startSample({ command: builtApi });
    const output = api.output();
    const tokens = Object.fromEntries(
      [...output.matchAll(/^ *(READER|BOARD)=(\S+)$/gm)].map(([, name = '', token = '']) => [name, token]),
    );
    const requests = [...output.matchAll(/^ *curl (.*?)(?: {2,}|\n +)# (\d{3})/gm)];
    expect(requests).toHaveLength(6);

    for (const [, line = '', status] of requests) {
      const url = /http:\S+/.exec(line)?.[0] ?? '';
      const token = tokens[/\$(\w+)/.exec(line)?.[1] ?? ''];
      const form = /-d (\S+)/.exec(line)?.[1];
      const response = await fetch(url, {
        method: form !== undefined || line.includes('-X POST') ? 'POST' : 'GET',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      expect([line, response.status]).toEqual([line, Number(status)]);
    }
    await api.interrupt();
  });
});
