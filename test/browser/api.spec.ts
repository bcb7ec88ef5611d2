import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLogtoEmulator } from 'nestjs-logto/emulator';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../support/app.js';
import { Elsewhere } from '../support/elsewhere.js';
import { launchChromium } from './support/chromium.js';
import { startSample, type Sample } from './support/sample.js';
import { Visitor } from './support/visitor.js';

/** What `npm run start:api` has built and then runs. */
const builtApi = [process.execPath, 'build/sample/api/main.js'];

describe('The sample of an API', () => {
  describe('that the web sample calls', () => {
    let browser: Browser;
    let web: Sample;
    let api: Sample;
    let visitor: Visitor | undefined;

    beforeAll(async () => {
      const port = String(await freePort());
      const logto = String(await freePort());
      browser = await launchChromium();
      web = await startSample({
        env: { LOGTO_EMULATOR_PORT: logto, SAMPLE_API: `http://localhost:${port}` },
      });
      api = await startSample({ command: builtApi, env: { PORT: port, LOGTO_EMULATOR_PORT: logto } });
    });

    afterEach(async () => {
      await visitor?.leave();
      visitor = undefined;
    });

    afterAll(async () => {
      await browser.close();
      await web.interrupt();
      await api.interrupt();
    });

    async function tokenPageOf(username: string, password: string): Promise<Page> {
      visitor = await Visitor.arrive(browser, { baseURL: web.baseUrl });
      const page = await visitor.newTab();
      await page.goto('/fetch-access-token');
      await visitor.signIn(page, username, password);
      return page;
    }

    it('says that it takes the Logto of the web sample', () => {
      expect(api.output()).toMatch(/Logto +http:\S+, that of the web sample$/m);
    });

    it('answers to the user’s own access token', async () => {
      const page = await tokenPageOf('ada', 'lovelace');

      const answer = await page.getByLabel('Answer of the API').textContent();
      expect(answer).toMatch(/^200 /);
      expect(answer).toContain('Sketch of the Analytical Engine');
    });

    it('says what a user lacks whose roles give no permission', async () => {
      const page = await tokenPageOf('alan', 'turing');

      const answer = await page.getByLabel('Answer of the API').textContent();
      expect(answer).toMatch(/^403 /);
      expect(answer).toContain('read:books');
    });
  });

  describe('beside a stranger on the port of the web sample’s Logto', () => {
    let api: Sample | undefined;

    afterEach(() => api?.interrupt());

    async function expectOwnLogtoBeside(stranger: string): Promise<void> {
      api = await startSample({
        command: builtApi,
        env: { LOGTO_EMULATOR_PORT: new URL(stranger).port },
      });
      expect(api.output()).toContain(`What answers at ${stranger} is not that of the web sample`);
      expect(api.output()).toMatch(/READER=\S+/);
    }

    it('says so, and starts a Logto of its own: another Logto, which knows neither application nor resource', async () => {
      const other = await startLogtoEmulator({ port: 0, applications: [{ id: 'app', secret: 'a-secret' }] });
      await expectOwnLogtoBeside(other.endpoint);
      await other.close();
    });

    it('says so, and starts a Logto of its own: a server that is no Logto', async () => {
      const other = await Elsewhere.start(() => Promise.resolve({ status: 200, body: '{}' }));
      await expectOwnLogtoBeside(other.origin);
      await other.close();
    });
  });

  it('does with the requests that it tells to try what it says it does', async () => {
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
