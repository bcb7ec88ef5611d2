import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LocalUsers } from '../../hooks/local-users.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { InvalidTokenException, quoteClaim } from '../../oidc/errors/invalid-token.exception.js';
import { buildOrganizationUrn } from '../../options/logto-constants.js';
import { anonymousContext } from '../../user/logto-context.js';
import type { AccessAttempt } from '../policy/access-attempt.js';
import { boundOrganization } from '../requirements/bound-organization.js';
import { organizationMismatch } from '../requirements/requirement-exceptions.js';
import type { BearerPrincipal } from './bearer-principal.js';
import { BearerDenial } from './bearer-denial.js';
import { extractBearerToken } from './bearer-token.js';
import { BearerTokenVerifier } from './bearer-token-verifier.js';
import { UserOverride } from './user-override.js';

/** Authenticates a request by its bearer token (RFC 6750, RFC 9068 section 4). */
@Injectable()
export class BearerAuthentication {
  private readonly audiences: ReadonlySet<string>;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly verifier: BearerTokenVerifier,
    private readonly localUsers: LocalUsers,
    private readonly userOverride: UserOverride,
    private readonly denial: BearerDenial,
  ) {
    this.audiences = new Set(options.api?.audiences);
  }

  /**
   * The user of the token, who becomes the user of the request.
   * @throws LogtoException `invalid_request`, 400; `invalid_token`, 401; `organization_required` or
   * `organization_mismatch`, 403; `user_not_allowed`, `local_user_invalid`, `hook_failed` or `hook_timeout`; or a transient
   * one
   */
  async authenticate(attempt: AccessAttempt): Promise<BearerPrincipal> {
    const { request, policy } = attempt;
    const principal = await this.verifier.verify(extractBearerToken(request));
    this.assertAudience(principal);
    attempt.principal = principal;
    this.assertOrganization(principal, boundOrganization(request, policy.organizations));
    await this.addLocalUser(request, principal);
    this.userOverride.apply(attempt, principal.context);
    return principal;
  }

  /** Denies the request, which becomes anonymous: a subclass of the guard may let it pass anyway. */
  deny(attempt: AccessAttempt, error: unknown): unknown {
    this.userOverride.apply(attempt, anonymousContext());
    this.denial.report(attempt, error);
    return error;
  }

  /** Asserts that the token is for this API. */
  private assertAudience(principal: BearerPrincipal): void {
    const { isOpaque, audiences, organizations } = principal;
    // An opaque token has no audience: the verifier has checked its client instead.
    const isForThisApi =
      isOpaque ||
      audiences.some((audience) => this.audiences.has(audience)) ||
      [...organizations].some((id) => audiences.includes(buildOrganizationUrn(id)));
    if (!isForThisApi) throw this.issuedForAnotherApi(principal);
  }

  /** Adds the app's own user to the context of a token that may be used for the request. */
  private async addLocalUser(request: Request, principal: BearerPrincipal): Promise<void> {
    if (!this.localUsers.hasResolver) return;
    await principal.addLocalUser((claims) =>
      this.localUsers.require(claims, { credential: 'bearer', request }),
    );
  }

  private issuedForAnotherApi({ audiences }: BearerPrincipal): InvalidTokenException {
    return new InvalidTokenException('The token was issued for another API.', {
      operatorMessage:
        `It is for ${quoteClaim(audiences)}, and this API accepts ${quoteClaim([...this.audiences])}. If that is this ` +
        'API, list it in `api.audience`; otherwise let the client request a token with the resource indicator of this one.',
    });
  }

  /**
   * Asserts that an organization's token is used for that organization: the route or `api.audience` has to name it.
   * Otherwise the token of any tenant would open the data of all.
   * @param bound the organization that the route binds the request to
   */
  private assertOrganization({ organizations }: BearerPrincipal, bound: string | undefined): void {
    for (const organizationId of organizations) {
      if (organizationId === bound) continue;
      if (!this.audiences.has(buildOrganizationUrn(organizationId))) throw organizationMismatch();
    }
  }
}
