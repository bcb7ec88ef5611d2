import { setTimeout } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { App } from './app.js';
import { keysOf, kindOf } from './entries.js';
import type { RedisServer } from './redis-server.js';
import { application, resource, shortLived } from './tenant.js';
import { send, BrowserClient } from './browser-client.js';

/** What a request is measured with. */
export interface Scene {
  readonly app: App;
  readonly issuer: LogtoEmulator;
  readonly redis: RedisServer;
  /** A user who has just signed in. */
  readonly browser: BrowserClient;
  readonly username: string;
}

/** A kind of request: prepares the user, and returns the request to measure. */
export type Prepare = (scene: Scene) => Promise<() => Promise<unknown>>;

const page =
  (path: string): Prepare =>
  async ({ browser }) =>
  () =>
    browser.get(path);

const tokenPage = (of: string): string => `/token?resource=${encodeURIComponent(of)}`;

const post =
  (path: string): Prepare =>
  async ({ app, issuer, username }) => {
    const url = new URL(`${path}?sub=${issuer.getUser(username).id}`, app.baseUrl);
    return () => send(url, {}, 'POST');
  };

/** Changes the stored session of the only user. */
async function changeSession({ redis }: Scene, change: (session: Stored) => void): Promise<void> {
  const key = (await keysOf(redis)).find((found) => kindOf(found) === 'session') ?? '';
  const session = JSON.parse((await redis.client.get(key)) ?? '') as Stored;
  change(session);
  await redis.client.set(key, JSON.stringify(session), { expiration: 'KEEPTTL' });
}

interface Stored {
  cookie: { expires: string };
  logto: { checkedAt: number; signedInAt: number };
}

/** Every kind of request that is measured. */
export const requests: Record<string, Prepare> = {
  'public page, anonymous':
    async ({ app }) =>
    () =>
      send(new URL('/public', app.baseUrl), {}),
  'public page, signed in': page('/public'),
  'page behind a guard': page('/me'),
  'the same, when the session is extended (once in 1.4 days)': async (scene) => {
    await changeSession(scene, ({ cookie }) => {
      cookie.expires = new Date(new Date(cookie.expires).getTime() - 2 * 86_400_000).toISOString();
    });
    return () => scene.browser.get('/me');
  },
  'the same, with `lifetime.idle` (once a minute)': async (scene) => {
    await changeSession(scene, ({ logto }) => {
      logto.signedInAt -= 120_000;
    });
    return () => scene.browser.get('/me');
  },
  'page with a cached access token': async ({ browser }) => {
    await browser.get(tokenPage(resource));
    return () => browser.get(tokenPage(resource));
  },
  'page with an expired access token': async ({ browser }) => {
    await browser.get(tokenPage(shortLived.indicator));
    await setTimeout(shortLived.lifetime * 1000 + 200);
    return () => browser.get(tokenPage(shortLived.indicator));
  },
  'page with outdated claims': async (scene) => {
    await changeSession(scene, ({ logto }) => {
      logto.checkedAt -= 2 * 3600 * 1000;
    });
    return () => scene.browser.get('/me');
  },
  'page with user info': page('/user-info'),
  'page with user info, `userInfoTtl: 3600`': async ({ browser }) => {
    await browser.get('/user-info');
    return () => browser.get('/user-info');
  },
  '`GET /logto/session`': page('/logto/session'),
  'start of a sign-in': async ({ app }) => {
    const other = new BrowserClient(app.baseUrl);
    return () => other.open('/logto/sign-in');
  },
  'callback of a sign-in': async ({ app, issuer, username }) => {
    const other = new BrowserClient(app.baseUrl);
    const callback = await other.startSignIn(issuer, username);
    return () => other.finishSignIn(callback);
  },
  'sign-out':
    async ({ browser }) =>
    async () =>
      browser.expect(302, browser.open('/logto/sign-out')),
  'back-channel logout (one session)': async ({ app, issuer, browser }) => {
    const url = new URL('/oidc/session/end', issuer.endpoint);
    url.searchParams.set('client_id', application.id);
    url.searchParams.set('post_logout_redirect_uri', app.baseUrl);
    return () => issuer.signOut(url, { cookies: browser.cookies });
  },
  'bearer token': async ({ app, browser }) => {
    const { text } = await browser.get(tokenPage(resource));
    const { token } = JSON.parse(text) as { token: string };
    return () => send(new URL('/bearer', app.baseUrl), { authorization: `Bearer ${token}` });
  },
  'webhook: user suspended (one session)': async ({ app, issuer, username }) => {
    const data = { id: issuer.getUser(username).id, isSuspended: true };
    return () => issuer.emitWebhook(`${app.baseUrl}/logto/webhooks`, 'User.SuspensionStatus.Updated', data);
  },
  'webhook: user changed (one session)': async ({ app, issuer, username }) => {
    const data = { id: issuer.getUser(username).id };
    return () => issuer.emitWebhook(`${app.baseUrl}/logto/webhooks`, 'User.Data.Updated', data);
  },
  '`LogtoSessions.find` (one session)': async ({ app, issuer, username }) => {
    const url = new URL(`/sessions?sub=${issuer.getUser(username).id}`, app.baseUrl);
    return () => send(url, {});
  },
  '`LogtoSessions.end` (one session)': post('/sessions/end'),
  '`LogtoSessions.refreshClaims` (one session)': post('/sessions/refresh-claims'),
};
