import { createHmac } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import session, { type SessionData, type Store } from 'express-session';
import { createClient } from 'redis';
import { sessionSecret, type StoreSetup } from './setup.js';

/** The lifetime of a session in milliseconds: the module's default, for all contenders. */
const maxAge = 14 * 24 * 60 * 60 * 1000;

/** The express-session options of all contenders: the module's defaults. */
export const sessionOptions = {
  secret: sessionSecret,
  name: 'bench.sid',
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax', secure: false, maxAge },
} as const satisfies session.SessionOptions;

/** Opens the store that the contenders of a suite share. */
export async function openStore(setup: StoreSetup): Promise<Store> {
  if (setup.kind === 'memory') return new session.MemoryStore();
  const client = createClient({ url: setup.url });
  await client.connect();
  return new RedisStore({ client });
}

/** The session with an id, from a store. */
export function readSession(store: Store, id: string): Promise<SessionData | undefined> {
  return new Promise((resolve, reject) => {
    store.get(id, (error: unknown, data) => (error ? reject(error) : resolve(data ?? undefined)));
  });
}

/**
 * Puts copies of a session into the store.
 * @returns the cookie of each
 */
export async function putSessions(store: Store, data: object, count: number): Promise<string[]> {
  const cookie = {
    ...sessionOptions.cookie,
    path: '/',
    originalMaxAge: maxAge,
    expires: new Date(Date.now() + maxAge),
  };
  const cookies: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `copy-${String(index).padStart(28, '0')}`;
    await new Promise<void>((resolve, reject) => {
      store.set(id, { ...data, cookie }, (error: unknown) => (error ? reject(error) : resolve()));
    });
    cookies.push(`${sessionOptions.name}=${encodeURIComponent(signed(id))}`);
  }
  return cookies;
}

/** The session id in a cookie of express-session. */
export function sessionIdOf(cookie: string): string {
  return /s:([^.]+)\./.exec(decodeURIComponent(cookie))?.[1] ?? '';
}

/** Signs a cookie like express-session. */
function signed(id: string): string {
  return `s:${id}.${createHmac('sha256', sessionSecret).update(id).digest('base64').replace(/=+$/, '')}`;
}
