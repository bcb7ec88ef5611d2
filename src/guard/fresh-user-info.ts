import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { retryInterval, CircuitBreaker } from '../oidc/circuit-breaker.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import type { SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import { SingleFlight } from '../tokens/single-flight.js';
import { cloneJson } from '../user/clone-json.js';
import { UserContextResolver } from '../user/user-context-resolver.js';

/** How long an answer decides where claims are never refreshed, in milliseconds. */
const withoutRevalidation = 60 * 60 * 1000;

/** An answer of the userinfo endpoint, and of which claims it is the rest. */
interface CachedUserInfo {
  /** When it is asked for again at the latest, in milliseconds since 1970. */
  readonly until: number;
  readonly checkedAt: number;
  readonly userInfo: UserInfoResponse;
}

/**
 * Userinfo that requirements are decided from. It ages as the claims do: asked again once it is older than
 * `revalidateAfter`, or once the claims were refreshed. While Logto fails the old one goes on deciding.
 */
@Injectable()
export class FreshUserInfo {
  private readonly kept = new LRUCache<string, CachedUserInfo>({ max: 10_000 });
  private readonly calls = new SingleFlight();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: Sessions,
    private readonly resolver: UserContextResolver,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** @throws LogtoUnauthenticatedException when Logto has ended the sign-in @throws LogtoException a transient one */
  async of(request: Request): Promise<UserInfoResponse> {
    const record = this.sessions.record(request);
    if (!record) return this.resolver.fetchUserInfo(request, true);
    const known = this.kept.get(record.tokens);
    if (known && known.checkedAt === record.checkedAt && Date.now() < known.until) return known.userInfo;
    // Fields of one GraphQL request, and requests of one page, ask at the same moment.
    const key = `${record.tokens} ${record.checkedAt}`;
    const ask = (): Promise<UserInfoResponse> => this.calls.run(key, () => this.ask(request, record, known));
    return known ? ((await this.breaker.unlessOpen('userinfo', ask)) ?? known.userInfo) : ask();
  }

  private async ask(
    request: Request,
    { tokens, checkedAt }: SessionRecord,
    known: CachedUserInfo | undefined,
  ): Promise<UserInfoResponse> {
    const lifetime =
      this.options.revalidateAfter === false ? withoutRevalidation : this.options.revalidateAfter;
    try {
      // A copy: what a handler does to its user's info is no business of the next decision.
      const userInfo = cloneJson(await this.resolver.fetchUserInfo(request, true));
      this.kept.set(tokens, { until: Date.now() + lifetime, checkedAt, userInfo });
      return userInfo;
    } catch (error) {
      if (!known || !(error instanceof LogtoException) || !error.transient) throw error;
      this.kept.set(tokens, { ...known, until: Date.now() + retryInterval, checkedAt });
      return known.userInfo;
    }
  }
}
