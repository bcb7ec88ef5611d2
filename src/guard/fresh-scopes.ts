import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from '../oidc/circuit-breaker.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import { Cooldown } from '../tokens/cooldown.js';
import type { StoredAccessToken } from '../store/token-record.js';
import { Tokens } from '../tokens/tokens.js';

/**
 * Scopes that requirements are decided from: those of the user's access token. They age as the claims do: a token that
 * is older than `revalidateAfter` is had anew, for it tells what the user was permitted when it was given.
 */
@Injectable()
export class FreshScopes {
  private readonly cooldown = new Cooldown();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly tokens: Tokens,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * The scopes of the user's token for a target. While Logto fails, and where there is no refresh token, the old ones
   * go on deciding.
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in
   * @throws LogtoException Logto's own refusal, or a transient one
   */
  async of(request: Request, target: TokenTarget): Promise<readonly string[]> {
    const kept = await this.tokens.accessToken(request, target);
    if (!this.isDue(kept)) return kept.scopes;
    try {
      const renew = (): Promise<StoredAccessToken> =>
        this.tokens.renewedAccessToken(request, target, kept.token);
      return ((await this.breaker.unlessOpen('refresh', renew)) ?? kept).scopes;
    } catch (error) {
      if (!leavesAsTheyAre(error)) throw error;
      this.cooldown.start(kept.token);
      return kept.scopes;
    }
  }

  private isDue({ token, givenAt }: StoredAccessToken): boolean {
    const { revalidateAfter } = this.options;
    if (revalidateAfter === false) return false;
    return Date.now() - givenAt > revalidateAfter && this.cooldown.isOver(token);
  }
}

function leavesAsTheyAre(error: unknown): boolean {
  return error instanceof LogtoException && (error.transient || error.code === 'missing_refresh_token');
}
