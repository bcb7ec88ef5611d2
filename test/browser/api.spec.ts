import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../support/app.js';
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
    let visitor: Visitor;

    beforeAll(async () => {
      const port = String(await freePort());
      const logto = String(await freePort());
      browser = await launchChromium();
      web = await startSample({
        env: { LOGTO_EMULATOR_PORT: logto, SAMPLE_API: `http://localhost:${port}` },
      });
      api = await startSample({
        command: builtApi,
        env: { PORT: port, LOGTO_ENDPOINT: `http://localhost:${logto}` },
      });
    });

    afterEach(() => visitor.leave());

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
