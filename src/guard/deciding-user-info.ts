import type { Request } from 'express';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { UserInfoResponse } from '../oidc/claims.js';
import { BoundedMap } from '../session/bounded-map.js';
import type { Sessions } from '../session/sessions.js';
import { ownCopy } from '../user/own-copy.js';
import type { UserContextResolver } from '../user/user-context-resolver.js';

/** How long an answer decides where claims are never refreshed, in milliseconds. */
const withoutRevalidation = 60 * 60 * 1000;

/**
 * Userinfo that requirements are decided from. It ages as the claims do: asked again once it is older than
 * `revalidateAfter`, or once the claims were refreshed.
 */
export class DecidingUserInfo {
  private readonly kept = new BoundedMap<
    string,
    { at: number; checkedAt: number; userInfo: UserInfoResponse }
  >(10_000);

  constructor(
    private readonly options: Pick<ResolvedLogtoOptions, 'revalidateAfter'>,
    private readonly sessions: Sessions,
    private readonly resolver: UserContextResolver,
  ) {}

  /** @throws LogtoUnauthenticatedException when Logto has ended the sign-in @throws LogtoException a transient one */
  async of(request: Request): Promise<UserInfoResponse> {
    const record = this.sessions.record(request);
    const lifetime =
      this.options.revalidateAfter === false ? withoutRevalidation : this.options.revalidateAfter;
    const known = record && this.kept.get(record.tokens);
    if (known && known.checkedAt === record.checkedAt && Date.now() - known.at < lifetime)
      return known.userInfo;
    // A copy: what a handler does to its user's info is no business of the next decision.
    const userInfo = ownCopy(await this.resolver.fetchUserInfo(request, true));
    if (record) this.kept.set(record.tokens, { at: Date.now(), checkedAt: record.checkedAt, userInfo });
    return userInfo;
  }
}
