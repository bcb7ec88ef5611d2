import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { LogtoException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { AccessTokenClaims } from '../../oidc/claims.js';
import { InvalidTokenException, quotedClaim } from '../../oidc/errors/invalid-token.exception.js';
import { OidcClient } from '../../oidc/oidc-client.js';
import { introspect } from '../../oidc/token-introspection.js';
import { TokenVerifier } from '../../oidc/token-verifier.js';
import { BearerPrincipal } from './bearer-principal.js';

/** How many verified tokens are remembered, unless told otherwise. */
const defaultCacheSize = 10_000;

/** Who a bearer token says is asking. */
@Injectable()
export class BearerTokenVerifier {
  private readonly verified: LRUCache<string, BearerPrincipal> | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly verifier: TokenVerifier,
    private readonly oidc: OidcClient,
  ) {
    const cache = options.api?.cache;
    this.verified = cache === false ? undefined : new LRUCache({ max: cache?.max ?? defaultCacheSize });
  }

  /**
   * The user of an access token that Logto has signed and that has not expired. The caller checks its audience.
   * @throws LogtoException `invalid_token`, 401, `api_not_configured`, or a transient one
   */
  async principal(token: string): Promise<BearerPrincipal> {
    if (!this.options.api) {
      throw new LogtoException(
        'api_not_configured',
        'Bearer tokens are only accepted with `api: { audience }` in the options: without an audience a token that ' +
          'was made for another API would open this one.',
      );
    }
    const { verified } = this;
    const key = verified && hash('sha256', token, 'base64');
    const known = key === undefined ? undefined : verified?.get(key);
    if (known && Date.now() < known.expiresAt) return known.anew();
    // An opaque token has no parts, a JWT in compact form three (RFC 7515 section 7.1).
    return token.split('.').length === 3 ? this.verify(token, key) : this.introspected(token);
  }

  private async verify(token: string, key: string | undefined): Promise<BearerPrincipal> {
    const claims = await this.verifier.verify<AccessTokenClaims>(token, {
      typ: 'at+jwt',
      requiredClaims: ['aud', 'sub'],
    });
    const principal = new BearerPrincipal(claims);
    if (key !== undefined) this.verified?.set(key, principal.anew());
    return principal;
  }

  /** Opaque tokens carry no audience, so only those of named clients count. */
  private async introspected(token: string): Promise<BearerPrincipal> {
    const allowed = this.options.api?.introspection?.clientIds;
    if (!allowed) throw this.opaqueRefused(token);
    const claims = await introspect(this.oidc, token);
    if (claims?.client_id === undefined) throw new InvalidTokenException('The token is not valid.');
    if (allowed.includes(claims.client_id)) return new BearerPrincipal(claims);
    throw new InvalidTokenException('The token was made for another application.', {
      operatorMessage: `Logto gave it to ${quotedClaim(claims.client_id)}, which \`api.introspection.clientIds\` does not list.`,
    });
  }

  private opaqueRefused(token: string): InvalidTokenException {
    if (token.includes('.')) return new InvalidTokenException('The token is malformed.');
    const [audience = ''] = [this.options.api?.audience ?? []].flat();
    return new InvalidTokenException(
      'The token is opaque, and this API takes JWTs: ask for it with the resource indicator of the API.',
      {
        operatorMessage:
          `Logto gives a JWT to a client that asks for \`resource=${audience}\`. To accept opaque tokens from certain applications, ` +
          'set `api.introspection: { clientIds }`.',
      },
    );
  }
}
