import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from './app.js';
import type { Browser } from '../requests/browser.js';
import { Latch, type Latches } from '../runner/latches.js';
import { startIssuer } from '../logto/issuer.js';
import { MemorySessionStore } from './memory-session-store.js';
import { mountedByApp, mountedByModule } from './session-mounts.js';
import { startTokenApp, tokenTenant } from './token-app.js';

const day = 24 * 3600;

/** Keys of the module's token records. */
export const tokenRecords = /^logto-tokens-/;

/** Keys of sessions, without the module's own entries. */
export const sessions = /^(?!logto-)/;

const lasting = { cookie: { maxAge: 14 * day * 1000 } };

/** How the session is mounted; `whileDown` is the status of a response without the store. */
const mounts = [
  { name: 'a session that the module mounts', mount: mountedByModule, resaves: false, whileDown: 503 },
  {
    name: 'a session that the module mounts with resave',
    mount: mountedByModule,
    options: { resave: true },
    resaves: true,
    whileDown: 503,
  },
  {
    name: 'a session that the app mounts',
    mount: mountedByApp,
    options: lasting,
    resaves: false,
    whileDown: 500,
  },
  {
    name: 'a session that the app mounts with resave, saveUninitialized and rolling',
    mount: mountedByApp,
    options: { ...lasting, resave: true, saveUninitialized: true, rolling: true },
    resaves: true,
    whileDown: 500,
  },
];

/** An app that uses tokens, with its issuer and its session store. */
interface TokenStoreApp {
  readonly issuer: LogtoEmulator;
  readonly app: TestApp & { readonly latches: Latches };
  readonly store: MemorySessionStore;
  /** Clears the store and signs ada in, then clears the recorded calls and requests. */
  signedInBrowser(): Promise<Browser>;
  /** The key of the session in the store. */
  sessionKey(): string;
  /** Keys of the token records in the store. */
  recordKeys(): string[];
  /** Pauses the next write of an entry whose key matches, like a slow store. */
  pauseNextSet(keys: RegExp): Latch;
}

/** Starts one app for each way to mount the session, as rows of a table. */
export function startTokenStoreApps(): Promise<(TokenStoreApp & (typeof mounts)[number])[]> {
  return Promise.all(mounts.map(async (row) => ({ ...row, ...(await startTokenStoreApp(row)) })));
}

/** Starts an app with an issuer that rotates refresh tokens without a leeway. */
async function startTokenStoreApp({ mount, options }: (typeof mounts)[number]): Promise<TokenStoreApp> {
  const issuer = await startIssuer({
    ...tokenTenant,
    rotation: 'every-use',
    refreshTokenReuseInterval: 0,
    ttl: { refreshToken: 300 * day, grant: 300 * day },
  });
  const store = new MemorySessionStore();
  const { logto, ...parts } = mount({ ...options, store });
  const app = await startTokenApp({ issuer, ...parts, logto: { ...logto, revalidateAfter: false } });
  return {
    issuer,
    app,
    store,
    async signedInBrowser() {
      store.clear();
      const browser = await app.signedInBrowser(issuer);
      store.calls.length = 0;
      issuer.resetRequests();
      return browser;
    },
    sessionKey: () => store.keys().find((key) => sessions.test(key)) ?? '',
    recordKeys: () => store.keys().filter((key) => tokenRecords.test(key)),
    pauseNextSet(keys) {
      const latch = new Latch();
      store.beforeSet = (key) => {
        if (!keys.test(key)) return undefined;
        store.beforeSet = () => undefined;
        return latch.wait();
      };
      return latch;
    },
  };
}
