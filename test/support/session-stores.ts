import session from 'express-session';
import type { SessionData } from 'express-session';

/** What is called of a store at each request. */
type StoreMethod = 'get' | 'set' | 'touch' | 'destroy';

/** A store in memory that tells what was called, and fails or lags on demand. */
export interface CountedStore extends session.Store {
  /** Every call since the last `reset`, as `method key`. */
  readonly calls: string[];
  /** Forgets the calls. */
  reset(): void;
  /** Makes a method fail until `recover`. */
  fail(...methods: StoreMethod[]): void;
  recover(): void;
  /** Makes every call answer late, in milliseconds. */
  lag(milliseconds: number): void;
  /** Everything that is stored. */
  entries(): Record<string, unknown>;
}

class CountedMemoryStore extends session.Store implements CountedStore {
  readonly calls: string[] = [];
  private readonly stored = new Map<string, string>();
  private failing = new Set<StoreMethod>();
  private delay = 0;

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.call('get', id, callback, () => {
      const found = this.stored.get(id);
      return found === undefined ? null : (JSON.parse(found) as SessionData);
    });
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    const written = JSON.stringify(data);
    this.call('set', id, callback, () => void this.stored.set(id, written));
  }

  override touch(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.call('touch', id, callback, () => {
      const found = this.stored.get(id);
      if (found === undefined) return;
      this.stored.set(id, JSON.stringify({ ...(JSON.parse(found) as SessionData), cookie: data.cookie }));
    });
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.call('destroy', id, callback, () => void this.stored.delete(id));
  }

  reset(): void {
    this.calls.length = 0;
  }

  fail(...methods: StoreMethod[]): void {
    this.failing = new Set(methods);
  }

  recover(): void {
    this.failing.clear();
  }

  lag(milliseconds: number): void {
    this.delay = milliseconds;
  }

  entries(): Record<string, unknown> {
    return Object.fromEntries([...this.stored].map(([id, data]) => [id, JSON.parse(data) as unknown]));
  }

  private call<T>(
    method: StoreMethod,
    id: string,
    callback: ((error?: unknown, value?: T) => void) | undefined,
    run: () => T,
  ): void {
    this.calls.push(`${method} ${id}`);
    const answer = (): void => {
      if (this.failing.has(method)) callback?.(new Error(`The store cannot ${method}.`));
      else callback?.(null, run());
    };
    if (this.delay > 0) setTimeout(answer, this.delay);
    else setImmediate(answer);
  }
}

/** A store as they are in production: asynchronous, over a network that may be slow or down. */
export function countedStore(): CountedStore {
  return new CountedMemoryStore();
}
