import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { hasCode, isTransient } from '../../logto.exceptions.js';
import { CircuitBreaker } from '../../oidc/calls/circuit-breaker.js';
import type { TokenTarget } from '../../oidc/token-target.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { StoredAccessToken } from '../../store/token-record.js';
import { Cooldown } from '../../tokens/cooldown.js';
import { Tokens } from '../../tokens/tokens.js';

/**
 * Scopes of the user's access tokens that are recent enough for an authorization decision. A token only has
 * the scopes that the user had when it was issued, so one that is older than `revalidateAfter` is renewed.
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
   * Falls back to the scopes of the old token while Logto fails, or without a refresh token.
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in
   * @throws LogtoException Logto's own error, or a transient one
   */
  async get(request: Request, target: TokenTarget): Promise<readonly string[]> {
    const stored = await this.tokens.accessToken(request, target);
    if (!this.isOutdated(stored)) return stored.scopes;
    try {
      const renewed = await this.breaker.runUnlessOpen('refresh', () =>
        this.tokens.renewAccessToken(request, target, stored.token),
      );
      return (renewed ?? stored).scopes;
    } catch (error) {
      if (!isTransient(error) && !hasCode(error, 'missing_refresh_token')) throw error;
      this.cooldown.start(stored.token);
      return stored.scopes;
    }
  }

  private isOutdated({ token, issuedAt }: StoredAccessToken): boolean {
    const { revalidateAfter } = this.options;
    if (revalidateAfter === false) return false;
    return Date.now() - issuedAt > revalidateAfter && this.cooldown.isOver(token);
  }
}
