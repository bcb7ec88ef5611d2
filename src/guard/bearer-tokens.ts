import { hash } from 'node:crypto';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { AccessTokenClaims } from '../oidc/claims.js';
import type { OidcClient } from '../oidc/oidc-client.js';
import { introspect } from '../oidc/token-introspection.js';
import type { TokenVerifier } from '../oidc/token-verifier.js';
import { BoundedMap } from '../session/bounded-map.js';
import { ownCopy } from '../user/own-copy.js';

/** How many verified tokens are remembered, unless told otherwise. */
const defaultCacheSize = 10_000;

/** Who a bearer token says is asking. */
export class BearerTokens {
  private readonly verified: BoundedMap<string, AccessTokenClaims> | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly verifier: TokenVerifier,
    private readonly oidc: OidcClient,
  ) {
    const cache = options.api?.cache;
    this.verified = cache === false ? undefined : new BoundedMap(cache?.max ?? defaultCacheSize);
  }

  /**
   * The claims of an access token: signed by Logto, not expired. Whom it is for is the caller's to look at.
   * @returns a value for a token that was verified before
   * @throws LogtoException `invalid_token`, 401, `api_not_configured`, or a transient one
   */
  claims(token: string): AccessTokenClaims | Promise<AccessTokenClaims> {
    if (!this.options.api) {
      throw new LogtoException(
        'api_not_configured',
        'Bearer tokens are only accepted with `api: { audience }` in the options: without an audience a token that ' +
          'was made for another API would open this one.',
      );
    }
    // An opaque token has no parts, a JWT in compact form three (RFC 7515 section 7.1).
    if (token.split('.').length !== 3) return this.introspected(token);
    if (!this.verified) return this.verify(token);
    const key = hash('sha256', token, 'base64');
    const known = this.verified.get(key);
    // A copy: what a handler does to its user is no business of the next request.
    if (known && Date.now() < known.exp * 1000) return ownCopy(known);
    return this.verify(token).then((claims) => {
      this.verified?.set(key, ownCopy(claims));
      return claims;
    });
  }

  private verify(token: string): Promise<AccessTokenClaims> {
    return this.verifier.verify<AccessTokenClaims>(token, { typ: 'at+jwt', requiredClaims: ['aud', 'sub'] });
  }

  /** Opaque tokens carry no audience, so only those of named clients count. */
  private async introspected(token: string): Promise<AccessTokenClaims> {
    const allowed = this.options.api?.introspection?.clientIds;
    const claims = allowed && (await introspect(this.oidc, token));
    if (claims?.client_id !== undefined && allowed?.includes(claims.client_id)) return claims;
    throw new LogtoException('invalid_token', 'The token is not valid.', { status: 401 });
  }
}
