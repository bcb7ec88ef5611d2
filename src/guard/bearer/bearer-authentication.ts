import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { InvalidTokenException, quotedClaim } from '../../oidc/errors/invalid-token.exception.js';
import { buildOrganizationUrn } from '../../options/logto-constants.js';
import { organizationMismatch } from '../requirements/requirement-exceptions.js';
import type { BearerPrincipal } from './bearer-principal.js';
import { bearerToken } from './bearer-token.js';
import { BearerTokenVerifier } from './bearer-token-verifier.js';

/** Decides whether a bearer token is one for this API (RFC 6750, RFC 9068 section 4). */
@Injectable()
export class BearerAuthentication {
  private readonly audiences: ReadonlySet<string>;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly tokens: BearerTokenVerifier,
  ) {
    this.audiences = new Set([options.api?.audience ?? []].flat());
  }

  /**
   * The user of a request's bearer token.
   * @throws LogtoException `invalid_request`, 400; `invalid_token`, 401; or a transient one
   */
  async authenticate(request: Request): Promise<BearerPrincipal> {
    const principal = await this.tokens.principal(bearerToken(request));
    const { isOpaque, audiences, organizations } = principal;
    // Of an opaque token the client was looked at instead.
    const isMeant =
      isOpaque ||
      audiences.some((audience) => this.audiences.has(audience)) ||
      [...organizations].some((id) => audiences.includes(buildOrganizationUrn(id)));
    if (isMeant) return principal;
    throw new InvalidTokenException('The token was made for another API.', {
      operatorMessage:
        `It is for ${quotedClaim(audiences)}, and this API takes ${quotedClaim([...this.audiences])}. If that is this ` +
        'API, list it in `api.audience`; otherwise let the client ask for a token with the resource indicator of this one.',
    });
  }

  /**
   * A token that belongs to an organization opens what is that organization's alone: any tenant's token would
   * open every tenant's data, unless the route or the options name that tenant.
   * @param boundOrganization the organization that the route binds the request to
   * @throws LogtoException `organization_mismatch`, 403
   */
  assertWithin({ organizations }: BearerPrincipal, boundOrganization: string | undefined): void {
    for (const organizationId of organizations) {
      if (organizationId === boundOrganization) continue;
      if (!this.audiences.has(buildOrganizationUrn(organizationId))) throw organizationMismatch();
    }
  }
}
