import { setTimeout } from 'node:timers/promises';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { App } from './app.js';
import { keysOf, kindOf } from './entries.js';
import type { RedisServer } from './redis-server.js';
import { application, resource, shortLived } from './tenant.js';
import { send, Visitor } from './visitor.js';

/** What a request is measured with. */
export interface Scene {
  readonly app: App;
  readonly issuer: LogtoEmulator;
  readonly redis: RedisServer;
  /** A user who has just signed in. */
  readonly visitor: Visitor;
  readonly username: string;
}

/** A kind of request: prepares the user, and returns the request to measure. */
export type Prepare = (scene: Scene) => Promise<() => Promise<unknown>>;

const page =
  (path: string): Prepare =>
  async ({ visitor }) =>
  () =>
    visitor.get(path);

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
    return () => scene.visitor.get('/me');
  },
  'the same, with `lifetime.idle` (once a minute)': async (scene) => {
    await changeSession(scene, ({ logto }) => {
      logto.signedInAt -= 120_000;
    });
    return () => scene.visitor.get('/me');
  },
  'page with a cached access token': async ({ visitor }) => {
    await visitor.get(tokenPage(resource));
    return () => visitor.get(tokenPage(resource));
  },
  'page with an expired access token': async ({ visitor }) => {
    await visitor.get(tokenPage(shortLived.indicator));
    await setTimeout(shortLived.lifetime * 1000 + 200);
    return () => visitor.get(tokenPage(shortLived.indicator));
  },
  'page with outdated claims': async (scene) => {
    await changeSession(scene, ({ logto }) => {
      logto.checkedAt -= 2 * 3600 * 1000;
    });
    return () => scene.visitor.get('/me');
  },
  'page with user info': page('/user-info'),
  'page with user info, `userInfoTtl: 3600`': async ({ visitor }) => {
    await visitor.get('/user-info');
    return () => visitor.get('/user-info');
  },
  '`GET /logto/session`': page('/logto/session'),
  'start of a sign-in': async ({ app }) => {
    const other = new Visitor(app.baseUrl);
    return () => other.open('/logto/sign-in');
  },
  'callback of a sign-in': async ({ app, issuer, username }) => {
    const other = new Visitor(app.baseUrl);
    const callback = await other.startSignIn(issuer, username);
    return () => other.finishSignIn(callback);
  },
  'sign-out':
    async ({ visitor }) =>
    async () =>
      visitor.expect(302, visitor.open('/logto/sign-out')),
  'back-channel logout (one session)': async ({ app, issuer, visitor }) => {
    const url = new URL('/oidc/session/end', issuer.endpoint);
    url.searchParams.set('client_id', application.id);
    url.searchParams.set('post_logout_redirect_uri', app.baseUrl);
    return () => issuer.signOut(url, { cookies: visitor.cookies });
  },
  'bearer token': async ({ app, visitor }) => {
    const { text } = await visitor.get(tokenPage(resource));
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
