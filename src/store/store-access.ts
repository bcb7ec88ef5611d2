import { createHash } from 'node:crypto';
import session from 'express-session';
import type { SessionData, Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { redactError } from '../oidc/errors/redact-error.js';

/** Timeout of a call to the store, in milliseconds. */
const storeTimeout = 10_000;

/** Prefix of the keys of the module's own entries in the session store. */
export const ownEntryPrefix = 'logto-';

/** Lists the kinds in full, because an app's session IDs may begin with the same prefix. */
const ownEntry = new RegExp(
  `^${ownEntryPrefix}(?:callback|changed|diagnosis|ended|logout|sign-ins|tokens|webhook)-`,
);

/**
 * The key of an entry. Hashes the name, so that a list of the store's keys reveals nothing; the hash is short, because
 * some stores allow only 36 characters.
 */
export function ownEntryKey(
  kind: 'callback' | 'changed' | 'diagnosis' | 'ended' | 'logout' | 'sign-ins' | 'webhook',
  name: string,
): string {
  return `${ownEntryPrefix}${kind}-${createHash('sha256').update(name).digest('base64url').slice(0, 20)}`;
}

/** Whether a key is of one of the module's own entries, and not of a session. */
export function isOwnEntry(key: string): boolean {
  return ownEntry.test(key);
}

/** An entry in the session store. The module's own ones look like sessions too, because stores read `cookie`. */
export type StoreEntry = SessionData & Record<string, unknown>;

/**
 * The error for a store that fails or hangs. Transient: it never signs a user out.
 * @param cause the error of the store. Only a redacted copy is kept: Redis clients attach the failed command, with the
 * tokens in it.
 */
export function storeUnavailable(cause?: unknown): LogtoException {
  const message = 'The session store does not respond. Try again shortly.';
  return new LogtoException('session_store_unavailable', message, {
    status: 503,
    transient: true,
    cause: redactError(cause),
  });
}

/**
 * Calls a store that may fail, throw or never respond.
 * @param done called once, with an error or with the value from the store
 */
export function callStore<T>(
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
    // session-file-store reports a missing session like this.
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    finish(error && !missing ? storeUnavailable(error) : undefined, missing ? undefined : value);
  };
  try {
    call(answer);
  } catch (error) {
    // Thrown by `done`, and not by the store.
    if (!waiting) throw error;
    answer(error);
  }
}

/** Calls a callback-style method of a store or a session as a promise. @throws LogtoException `session_store_unavailable` */
export function fromCallback<T = void>(
  call: (done: (error?: unknown, value?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    callStore(call, (error, value) => (error ? reject(error) : resolve(value ?? undefined)));
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

/** The member of a wrapping store with the wrapped one. A symbol, so that it cannot clash with a member of an app's store. */
export const innerStore: unique symbol = Symbol('nestjs-logto.inner-store');

/** The app's store, whose `touch` a wrapping store hides from express-session. */
export function unwrapStore(store: Store): Store {
  return (store as { readonly [innerStore]?: Store })[innerStore] ?? store;
}

/** Extends the lifetime of an entry to that of its cookie: by `touch`, or by `set` if the store has no `touch`. */
export async function extendEntry(store: Store, key: string, entry: SessionData): Promise<void> {
  const unwrapped = unwrapStore(store);
  if (unwrapped.touch) await fromCallback((done) => unwrapped.touch?.(key, entry, done));
  else await writeEntry(store, key, entry);
}

/**
 * Extends the lifetime of an entry, in milliseconds from now. Reads it first, because some stores write the whole entry on
 * a touch.
 */
export async function touchEntry(store: Store, key: string, lifetime: number): Promise<void> {
  const entry = await readEntry(store, key);
  if (!entry) return;
  const cookie = lifetimeCookie(Math.max(lifetime, longestLifetime(entry)));
  await extendEntry(store, key, { ...entry, cookie });
}

/** The longest lifetime of the sessions that share an entry, in milliseconds. */
export function longestLifetime(entry: StoreEntry | undefined): number {
  return typeof entry?.logtoLifetime === 'number' ? entry.logtoLifetime : 0;
}

// The types declare no constructor parameters, although express-session itself calls `new Cookie(options)`.
const Cookie = session.Cookie as unknown as new (options: object) => session.Cookie;

/**
 * A cookie that gives an entry its lifetime: stores read it there.
 * @param lifetime milliseconds from now; `null`: the store decides, as for a session that ends with the browser
 */
export function lifetimeCookie(lifetime: number | null): session.Cookie {
  return new Cookie({ maxAge: lifetime });
}

/** The cookie of a stored session, to store it again with the lifetime that is left. */
export function unchangedCookie(cookie: session.Cookie): session.Cookie {
  const { expires, originalMaxAge, ...attributes } = JSON.parse(JSON.stringify(cookie)) as session.Cookie;
  const unchanged = new Cookie(attributes);
  if (expires) unchanged.expires = new Date(expires);
  return Object.assign(unchanged, { originalMaxAge });
}

/** The same cookie, with its lifetime starting now. */
export function extendedCookie(cookie: session.Cookie): session.Cookie {
  const {
    expires: _expires,
    originalMaxAge,
    ...attributes
  } = JSON.parse(JSON.stringify(cookie)) as session.Cookie;
  return new Cookie({ ...attributes, maxAge: originalMaxAge });
}
