import { request } from 'node:http';
import { expect } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from './app.js';
import type { MemorySessionStore } from './memory-session-store.js';

/** Expects that a slow store has the session when the first byte of the callback's response arrives. */
export async function expectStoredBeforeAnswer(
  app: TestApp,
  issuer: LogtoEmulator,
  store: MemorySessionStore,
): Promise<void> {
  store.beforeSet = () => new Promise((resolve) => setTimeout(resolve, 50));
  const browser = app.browser();
  const url = await browser.authorize(issuer);
  const cookie = browser.cookies.header(app.baseUrl);

  const isStored = await new Promise<boolean>((resolve, reject) => {
    request(url, { headers: { cookie }, agent: false }, (response) => {
      response.resume();
      const entries = store.keys().map((key) => store.stored(key));
      void Promise.all(entries).then(
        (found) => resolve(found.some((entry) => entry?.logto !== undefined)),
        reject,
      );
    })
      .on('error', reject)
      .end();
  });
  expect(isStored).toBe(true);
}
