import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { RetryPauses } from './retry-pauses.js';
import type { SessionRecord } from './session-record.js';
import type { TokenRefresh } from './token-refresh.js';

/**
 * Keeps claims from growing old: Logto tells no client when it suspends, deletes or demotes a user; a refresh
 * finds out.
 */
export class Revalidation {
  private readonly pauses = new RetryPauses();

  constructor(
    private readonly options: Pick<ResolvedLogtoOptions, 'revalidateAfter'>,
    private readonly refreshing: TokenRefresh,
  ) {}

  /** Whether the claims are too old to decide anything. */
  isDue(record: SessionRecord): boolean {
    const { revalidateAfter } = this.options;
    if (revalidateAfter === false) return false;
    return Date.now() - record.checkedAt > revalidateAfter && this.pauses.isOver(record.tokens);
  }

  /** Refreshes the claims. While Logto fails the old ones go on deciding; a refusal ends the sign-in. */
  async run(request: Request, record: SessionRecord): Promise<void> {
    try {
      if (await this.refreshing.claims(request, record)) return;
    } catch (error) {
      if (!(error instanceof LogtoException)) throw error;
      // Ended: what the session holds now says so.
      if (error.code === 'not_authenticated') return;
    }
    // Anything else leaves the old claims in force, for a while.
    this.pauses.begin(record.tokens);
  }
}
