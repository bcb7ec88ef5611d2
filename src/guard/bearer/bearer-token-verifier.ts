import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../../bounded-cache.js';
import { publishTokenLookup } from '../../events/publish.js';
import { trace } from '../../events/trace.js';
import { LogtoException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { AccessTokenClaims } from '../../oidc/claims.js';
import { InvalidTokenException, quoteClaim } from '../../oidc/errors/invalid-token.exception.js';
import { OidcClient } from '../../oidc/oidc-client.js';
import { TokenVerifier } from '../../oidc/token-verifier.js';
import { BearerPrincipal } from './bearer-principal.js';

/** Verifies bearer tokens, and caches those that are JWTs. */
@Injectable()
export class BearerTokenVerifier {
  private readonly cache: BoundedCache<BearerPrincipal> | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly verifier: TokenVerifier,
    private readonly oidc: OidcClient,
  ) {
    this.cache = options.api?.cache && new BoundedCache(options.api.cache);
  }

  /**
   * Verifies that Logto has issued an access token and that it has not expired. The caller checks its audience.
   * @throws LogtoException `invalid_token`, 401, `api_not_configured`, or a transient one
   */
  async verify(token: string): Promise<BearerPrincipal> {
    if (!this.options.api) {
      throw new LogtoException(
        'api_not_configured',
        'Bearer tokens are only accepted with `api: { audience }` in the options: without an audience, a token that ' +
          'was issued for another API would be accepted by this one.',
      );
    }
    const key = this.cache && hash('sha256', token, 'base64');
    const cached = key === undefined ? undefined : this.cache?.get(key);
    const isHit = cached !== undefined && Date.now() < cached.expiresAt;
    if (this.cache) publishTokenLookup('bearer-token', isHit);
    if (isHit) return cached.clone();
    // A JWT in compact form has three parts (RFC 7515 section 7.1).
    const isJwt = token.split('.').length === 3;
    return trace(
      'nestjs-logto:verify-token',
      () => ({ kind: isJwt ? 'jwt' : 'opaque' }),
      async (event) => {
        const principal = await (isJwt ? this.verifyJwt(token, key) : this.introspect(token));
        if (event) Object.assign(event, principal.subject);
        return principal;
      },
    );
  }

  private async verifyJwt(token: string, key: string | undefined): Promise<BearerPrincipal> {
    const claims = await this.verifier.verify<AccessTokenClaims>(token, {
      typ: 'at+jwt',
      requiredClaims: ['aud', 'sub'],
    });
    const principal = new BearerPrincipal(claims);
    if (key === undefined) return principal;
    // A parallel request may have verified it, and share its local user.
    const cached = this.cache?.get(key);
    if (cached) return cached.clone();
    this.cache?.set(key, principal.clone());
    return principal;
  }

  /** Introspects an opaque token. It has no audience, so only tokens of the listed clients are accepted. */
  private async introspect(token: string): Promise<BearerPrincipal> {
    const allowed = this.options.api?.introspectionClients ?? [];
    if (allowed.length === 0) throw this.notAJwt(token);
    const claims = await this.oidc.introspect(token);
    if (claims?.client_id === undefined) throw new InvalidTokenException('The token is not valid.');
    if (allowed.includes(claims.client_id)) return new BearerPrincipal(claims);
    throw new InvalidTokenException('The token was issued to another application.', {
      operatorMessage: `Logto issued it to ${quoteClaim(claims.client_id)}, which \`api.introspection.clientIds\` does not list.`,
    });
  }

  private notAJwt(token: string): InvalidTokenException {
    if (token.includes('.')) return new InvalidTokenException('The token is malformed.');
    const [audience = ''] = this.options.api?.audiences ?? [];
    return new InvalidTokenException(
      'The token is opaque, and this API accepts JWTs: request it with the resource indicator of the API.',
      {
        operatorMessage:
          `Logto issues a JWT to a client that requests \`resource=${audience}\`. To accept opaque tokens from certain applications, ` +
          'set `api.introspection: { clientIds }`.',
      },
    );
  }
}
