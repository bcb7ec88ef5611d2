import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LogtoSessions } from 'nestjs-logto';
import { session } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { endSessionAtLogto } from '../support/logto/end-session-at-logto.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { registerBackChannelLogout } from '../support/logto/register-back-channel-logout.js';
import { startTokenApp, tokenTenant } from '../support/app/token-app.js';
import { resourceTokenPath } from '../support/logto/token-path.js';
import { tokenRecords } from '../support/app/token-store-app.js';
import { until } from '../support/requests/waiting.js';
import { TokenEncryption, type StoredTokens } from '../../src/store/token-encryption.js';
import { TokenRecords } from '../../src/store/token-records.js';

const issuer = await startIssuer(tokenTenant);
const store = new MemorySessionStore();
const app = await startTokenApp({
  issuer,
  logto: {
    encryption: { keys: ['the-only-encryption-key-of-the-specs'] },
    lifetime: { absolute: 3600 },
    session: { ...session, store },
  },
});
registerBackChannelLogout(issuer, app);

const ends: [how: string, end: (browser: Browser) => Promise<unknown>][] = [
  ['the user signs out', (browser) => browser.open('/logto/sign-out')],
  ['the app ends the session', () => app.app.get(LogtoSessions).end({ sub: 'ada' })],
  ['Logto sends a logout token', (browser) => endSessionAtLogto(issuer, app, browser)],
  [
    'the lifetime is over',
    async (browser) => {
      passTime(3700);
      await browser.fetch('/user');
      // The response does not wait for the deletion.
      await until(() => store.count('destroy', tokenRecords) > 0);
    },
  ],
  [
    'Logto rejects a refresh',
    (browser) => {
      issuer.suspendUser('ada');
      return browser.fetch('/refresh');
    },
  ],
];

describe.each(ends)('When %s, the process', (_how, end) => {
  let browser: Browser;
  let id: string;

  beforeEach(async () => {
    store.clear();
    browser = await app.signedInBrowser(issuer);
    id =
      store
        .keys()
        .find((key) => tokenRecords.test(key))
        ?.replace(tokenRecords, '') ?? '';
    store.calls.length = 0;
  });

  afterEach(() => {
    restoreTime();
    issuer.restoreUser('ada');
    jest.restoreAllMocks();
  });

  /** Whether the process has to decrypt the tokens, because it does not know their plain text. */
  async function hasToDecrypt(tokens: StoredTokens): Promise<boolean> {
    const decrypt = jest.spyOn(crypto.subtle, 'decrypt');
    expect(await app.app.get(TokenEncryption).decrypt(id, tokens)).toHaveProperty('refreshToken');
    return decrypt.mock.calls.length > 0;
  }

  it('keeps no decrypted tokens', async () => {
    const stored = (await store.stored(`logto-tokens-${id}`)) as unknown as { logtoTokens: StoredTokens };
    expect(await hasToDecrypt(stored.logtoTokens)).toBe(false);
    await end(browser);

    expect(await hasToDecrypt(stored.logtoTokens)).toBe(true);
  });

  it('keeps no tokens that the store has failed to save', async () => {
    store.shouldFail = (operation, key) => operation === 'set' && tokenRecords.test(key);
    await browser.fetch(resourceTokenPath);
    expect(await app.app.get(TokenRecords).load(store, id)).toHaveProperty('refreshToken');
    await end(browser);
    store.shouldFail = () => false;

    expect(await app.app.get(TokenRecords).load(store, id)).toBeUndefined();
  });
});
