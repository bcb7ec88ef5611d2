import { MemoryStore, type SessionData } from 'express-session';

type Callback = (error?: unknown) => void;

/** A session store that records its calls, and fails or waits if a spec says so. */
export class MemorySessionStore extends MemoryStore {
  /** Every call so far, as `set <key>`. */
  readonly calls: string[] = [];
  /** Whether a call fails. */
  shouldFail: (operation: 'get' | 'set' | 'destroy' | 'touch', key: string) => boolean = () => false;
  /** Awaited before an entry is written. */
  beforeSet: (key: string) => Promise<void> | undefined = () => undefined;

  /** The number of calls of an operation with a key that matches. */
  count(operation: 'get' | 'set' | 'destroy' | 'touch', keys = /^/): number {
    return this.calls.filter(
      (call) => call.startsWith(`${operation} `) && keys.test(call.split(' ')[1] ?? ''),
    ).length;
  }

  /** The keys of all entries. */
  keys(): string[] {
    return Object.keys((this as unknown as { sessions: object }).sessions);
  }

  /** Everything that is stored. */
  dump(): string {
    return JSON.stringify((this as unknown as { sessions: object }).sessions);
  }

  /** An entry as it is stored. */
  stored(key: string): Promise<SessionData | null | undefined> {
    return new Promise((resolve) => super.get(key, (_error, session) => resolve(session)));
  }

  override get(key: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.calls.push(`get ${key}`);
    if (this.shouldFail('get', key)) callback(new Error('the store is down'));
    else super.get(key, callback);
  }

  override set(key: string, session: SessionData, callback?: Callback): void {
    this.calls.push(`set ${key}`);
    if (this.shouldFail('set', key)) {
      callback?.(new Error('the store is down'));
      return;
    }
    const waiting = this.beforeSet(key);
    if (waiting) void waiting.then(() => super.set(key, session, callback));
    else super.set(key, session, callback);
  }

  override destroy(key: string, callback?: Callback): void {
    this.calls.push(`destroy ${key}`);
    if (this.shouldFail('destroy', key)) callback?.(new Error('the store is down'));
    else super.destroy(key, callback);
  }

  override touch(key: string, session: SessionData, callback?: Callback): void {
    this.calls.push(`touch ${key}`);
    if (this.shouldFail('touch', key)) callback?.(new Error('the store is down'));
    else super.touch(key, session, callback);
  }
}
