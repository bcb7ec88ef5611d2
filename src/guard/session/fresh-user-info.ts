import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { BoundedCache } from '../../bounded-cache.js';
import { isTransient } from '../../logto.exceptions.js';
import { CircuitBreaker, retryInterval } from '../../oidc/calls/circuit-breaker.js';
import type { UserInfoResponse } from '../../oidc/claims.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { Sessions } from '../../session/sessions.js';
import type { SessionRecord } from '../../store/session-record.js';
import { SingleFlight } from '../../concurrency/single-flight.js';
import { cloneJson } from '../../user/clone-json.js';
import { UserContextResolver } from '../../user/user-context-resolver.js';

/** How long a response stays fresh if claims are never refreshed, in milliseconds. */
const ttlWithoutRevalidation = 60 * 60 * 1000;

interface CachedUserInfo {
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
  /** The `checkedAt` of the session record that the response belongs to. */
  readonly checkedAt: number;
  readonly userInfo: UserInfoResponse;
}

/**
 * Userinfo that is recent enough for an authorization decision. It is cached until it is older than `revalidateAfter`, or
 * until the claims of the session are refreshed.
 */
@Injectable()
export class FreshUserInfo {
  private readonly cache = new BoundedCache<CachedUserInfo>({ max: 10_000 });
  private readonly requests = new SingleFlight();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: Sessions,
    private readonly resolver: UserContextResolver,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * Falls back to an expired response while Logto fails.
   * @throws LogtoUnauthenticatedException when Logto has ended the sign-in
   * @throws LogtoException a transient one
   */
  async get(request: Request): Promise<UserInfoResponse> {
    const record = this.sessions.record(request);
    if (!record) return this.resolver.fetchUserInfo(request, true);
    const cached = this.cache.get(record.tokenRecordId);
    if (cached && cached.checkedAt === record.checkedAt && Date.now() < cached.expiresAt)
      return cached.userInfo;
    // The fields of a GraphQL request, or the requests of a page, need it at the same moment.
    const refetch = (): Promise<UserInfoResponse> =>
      this.requests.run(`${record.tokenRecordId} ${record.checkedAt}`, () =>
        this.fetch(request, record, cached),
      );
    return cached ? this.breaker.renew('userinfo', cached.userInfo, refetch) : refetch();
  }

  private async fetch(
    request: Request,
    { tokenRecordId, checkedAt }: SessionRecord,
    cached: CachedUserInfo | undefined,
  ): Promise<UserInfoResponse> {
    const { revalidateAfter } = this.options;
    const ttl = revalidateAfter === false ? ttlWithoutRevalidation : revalidateAfter;
    try {
      // A handler may change the original, which is the user info of its request.
      const userInfo = cloneJson(await this.resolver.fetchUserInfo(request, true));
      this.cache.set(tokenRecordId, { expiresAt: Date.now() + ttl, checkedAt, userInfo });
      return userInfo;
    } catch (error) {
      if (!cached || !isTransient(error)) throw error;
      this.cache.set(tokenRecordId, { ...cached, expiresAt: Date.now() + retryInterval, checkedAt });
      return cached.userInfo;
    }
  }
}
