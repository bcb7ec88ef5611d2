import { createHash } from 'node:crypto';
import session from 'express-session';
import type { SessionData, Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { harmless } from '../oidc/errors/harmless-error.js';

/** Longest time that one call of the store may take, in milliseconds. */
const storeTimeout = 10_000;

/** What the keys of the module's own entries in the session store begin with. */
export const ownEntryPrefix = 'logto-';

/** The kinds of such entries. In full, for an app may begin the ids of its sessions with its own name. */
const ownEntry = new RegExp(`^${ownEntryPrefix}(?:callback|ended|logout|sign-ins|tokens)-`);

/**
 * Where an entry of a kind stands. A hash, so that a list of the store's keys gives nothing away; a short one, for
 * there are stores with keys of 36 characters.
 */
export function ownEntryKey(kind: 'callback' | 'ended' | 'logout' | 'sign-ins', name: string): string {
  return `${ownEntryPrefix}${kind}-${createHash('sha256').update(name).digest('base64url').slice(0, 20)}`;
}

/** Whether an entry of the module's own stands there, rather than a session. */
export function isOwnEntry(key: string): boolean {
  return ownEntry.test(key);
}

/** An entry of the module's own in the session store: a session's shape, for stores read its `cookie`. */
export type StoreEntry = SessionData & Record<string, unknown>;

/**
 * The error for a store that fails or hangs. Transient: it never signs anybody out.
 * @param cause what the store said. Only a harmless copy is kept: clients of Redis attach the command that
 * failed, with the tokens that it was to store.
 */
export function storeUnavailable(cause?: unknown): LogtoException {
  return new LogtoException(
    'session_store_unavailable',
    'The session store does not answer. Try again shortly.',
    {
      status: 503,
      transient: true,
      cause: harmless(cause),
    },
  );
}

/**
 * Calls a store, which may fail, throw or never answer.
 * @param done called once: with the error of a store that fails, or with what it gave
 */
export function withTimeout<T>(
  call: (answer: (error?: unknown, value?: T) => void) => void,
  done: (error: LogtoException | undefined, value?: T) => void,
): void {
  let waiting = true;
  const finish = (error: LogtoException | undefined, value?: T): void => {
    if (!waiting) return;
    waiting = false;
    clearTimeout(timer);
    done(error, value);
  };
  const timer = setTimeout(() => finish(storeUnavailable(new Error('timed out'))), storeTimeout);
  timer.unref();
  const answer = (error?: unknown, value?: T): void => {
    // How a store of files says that there is no such session.
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    finish(error && !missing ? storeUnavailable(error) : undefined, missing ? undefined : value);
  };
  try {
    call(answer);
  } catch (error) {
    // An error of whoever was answered is theirs.
    if (!waiting) throw error;
    answer(error);
  }
}

/** Calls a callback-style method of a store or a session as a promise. @throws LogtoException `session_store_unavailable` */
export function fromCallback<T = void>(
  call: (done: (error?: unknown, value?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    withTimeout(call, (error, value) => (error ? reject(error) : resolve(value ?? undefined)));
  });
}

/** Reads an entry. @throws LogtoException `session_store_unavailable` */
export async function readEntry(store: Store, key: string): Promise<StoreEntry | undefined> {
  return (await fromCallback<SessionData | null>((done) => store.get(key, done))) as StoreEntry | undefined;
}

/** Writes an entry. @throws LogtoException `session_store_unavailable` */
export async function writeEntry(store: Store, key: string, entry: SessionData): Promise<void> {
  await fromCallback((done) => store.set(key, entry, done));
}

/** Deletes an entry. @throws LogtoException `session_store_unavailable` */
export async function deleteEntry(store: Store, key: string): Promise<void> {
  await fromCallback((done) => store.destroy(key, done));
}

/** Where a store has the one beneath it, whose `touch` it hides from express-session. No name that an app's store may have. */
export const innerStore: unique symbol = Symbol('nestjs-logto.store-beneath');

/** The store whose `touch` is used. */
export function unwrapStore(store: Store): Store {
  return (store as { readonly [innerStore]?: Store })[innerStore] ?? store;
}

/** Prolongs an entry's life by its cookie, by whatever the store offers for it. */
export async function prolongEntry(store: Store, key: string, entry: SessionData): Promise<void> {
  const touched = unwrapStore(store);
  if (touched.touch) await fromCallback((done) => touched.touch?.(key, entry, done));
  else await writeEntry(store, key, entry);
}

/**
 * Lets an entry live on for a lifetime from now, in milliseconds. With what it holds: there are stores whose
 * touch writes the whole entry.
 */
export async function touchEntry(store: Store, key: string, lifetime: number): Promise<void> {
  const entry = await readEntry(store, key);
  if (!entry) return;
  const cookie = lifetimeCookie(Math.max(lifetime, longestLifetime(entry)));
  await prolongEntry(store, key, { ...entry, cookie });
}

/** How long an entry of several sessions has to live from each touch, in milliseconds. */
export function longestLifetime(entry: StoreEntry | undefined): number {
  return typeof entry?.logtoLifetime === 'number' ? entry.logtoLifetime : 0;
}

// The types declare no constructor parameters, though `new Cookie(options)` is how express-session does it.
const Cookie = session.Cookie as unknown as new (options: object) => session.Cookie;

/**
 * A cookie that stands for a lifetime from now: stores read an entry's lifetime there.
 * @param lifetime milliseconds; `null` leaves it to the store, as for a session that ends with the browser
 */
export function lifetimeCookie(lifetime: number | null): session.Cookie {
  return new Cookie({ maxAge: lifetime });
}

/** The same cookie with its lifetime beginning anew. */
export function prolongedCookie(cookie: session.Cookie): session.Cookie {
  const {
    expires: _expires,
    originalMaxAge,
    ...attributes
  } = JSON.parse(JSON.stringify(cookie)) as session.Cookie;
  return new Cookie({ ...attributes, maxAge: originalMaxAge });
}
