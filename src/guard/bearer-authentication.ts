import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { buildOrganizationUrn } from '../oidc/logto-constants.js';
import { organizationMismatch } from './access-denied.js';
import { BearerSubject } from './bearer-subject.js';
import type { BearerTokens } from './bearer-tokens.js';

/** Decides whether a bearer token is one for this API (RFC 6750, RFC 9068 section 4). */
export class BearerAuthentication {
  private readonly audiences: ReadonlySet<string>;

  constructor(
    options: Pick<ResolvedLogtoOptions, 'api'>,
    private readonly tokens: BearerTokens,
  ) {
    this.audiences = new Set([options.api?.audience ?? []].flat());
  }

  /**
   * @param token the bearer token; `undefined` for an `Authorization` header that holds none
   * @param boundOrganization the organization that the route binds the request to
   * @throws LogtoException `invalid_token`, 401; `organization_mismatch`, 403; or a transient one
   */
  async authenticate(
    token: string | undefined,
    boundOrganization: string | undefined,
  ): Promise<BearerSubject> {
    if (token === undefined) {
      throw new LogtoException('invalid_token', 'The Authorization header holds no bearer token.', {
        status: 401,
      });
    }
    const subject = new BearerSubject(await this.tokens.claims(token));
    const { audiences, organizationId } = subject;
    // Any tenant's token would open every tenant's data, unless the route or the options name that tenant.
    if (
      organizationId !== undefined &&
      organizationId !== boundOrganization &&
      !this.audiences.has(buildOrganizationUrn(organizationId))
    ) {
      throw organizationMismatch();
    }
    const forOrganization =
      boundOrganization !== undefined && audiences.includes(buildOrganizationUrn(boundOrganization));
    const forThisApi = audiences.some((audience) => this.audiences.has(audience));
    // An opaque token carries no audience: its client was looked at instead.
    if (audiences.length > 0 && !forThisApi && !forOrganization) {
      throw new LogtoException('invalid_token', 'The token was made for another API.', { status: 401 });
    }
    return subject;
  }
}
