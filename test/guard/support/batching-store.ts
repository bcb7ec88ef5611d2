import type { SessionData } from 'express-session';
import { MemorySessionStore } from '../../support/app/memory-session-store.js';

/** Answers concurrent reads at the same time, as a Redis client does if the replies arrive in one packet. */
export class BatchingStore extends MemorySessionStore {
  private readonly waiting: (() => void)[] = [];

  override get(key: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    super.get(key, (error, found) => {
      this.waiting.push(() => callback(error, found));
      if (this.waiting.length === 1)
        setTimeout(() => {
          for (const answer of this.waiting.splice(0)) answer();
        }, 5);
    });
  }
}
