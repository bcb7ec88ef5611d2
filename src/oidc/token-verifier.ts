import { Injectable } from '@nestjs/common';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Configuration } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { redactError } from './errors/redact-error.js';
import { InvalidTokenException, quoteClaim } from './errors/invalid-token.exception.js';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import { ProviderClock } from './calls/provider-clock.js';
import { JwksCache } from './jwks-cache.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { ProviderFetch } from './provider-fetch.js';

/** What a token must have to be accepted. */
export interface TokenExpectations {
  /** The `typ` of its header. Tokens of another kind are rejected (RFC 8725 section 3.11). */
  readonly typ: string;
  /** The audience. Default: the caller checks it. */
  readonly audience?: string;
  /** Claims that the token must have, besides `exp`. */
  readonly requiredClaims: string[];
}

/** Asymmetric algorithms: neither `none` nor a shared secret. */
export const asymmetric = /^(?:RS|PS|ES)\d{3}$|^EdDSA$|^Ed25519$/;

/** The keys and algorithms of a discovery document. */
interface SigningMetadata {
  readonly keys: JwksCache;
  readonly algorithms: string[];
}

/** Verifies JWTs with the keys and algorithms that Logto publishes. */
@Injectable()
export class TokenVerifier {
  private readonly signingMetadata = new WeakMap<Configuration, SigningMetadata>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly configuration: ProviderConfiguration,
    private readonly providerFetch: ProviderFetch,
    private readonly clock: ProviderClock,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * Verifies a token and returns its claims.
   * @throws LogtoException `invalid_token`, or a transient one if Logto's keys cannot be fetched
   */
  async verify<T extends JWTPayload>(token: string, expected: TokenExpectations): Promise<T> {
    const { configuration } = this;
    const known = await configuration.get();
    try {
      return await this.verifyWith<T>(known, token, expected);
    } catch (error) {
      if (!isUnknownKey(error, token)) throw this.invalidToken(error, token, expected.typ);
    }
    // Logto may have rotated its keys, or changed their algorithm.
    const newer = await configuration.newerForUntrustedToken(known);
    if (!newer) throw this.invalidToken(new errors.JWKSNoMatchingKey(), token, expected.typ);
    try {
      const claims = await this.verifyWith<T>(newer, token, expected);
      configuration.resetCooldown();
      return claims;
    } catch (error) {
      if (!isUnknownKey(error, token)) configuration.resetCooldown();
      throw this.invalidToken(error, token, expected.typ);
    }
  }

  private async verifyWith<T extends JWTPayload>(
    configuration: Configuration,
    token: string,
    { typ, audience, requiredClaims }: TokenExpectations,
  ): Promise<T> {
    const { keys, algorithms } = this.signingMetadataOf(configuration);
    const { payload } = await jwtVerify<T>(token, keys.getKey, {
      issuer: this.options.issuer,
      algorithms,
      typ,
      requiredClaims: ['exp', ...requiredClaims],
      clockTolerance: this.options.http.clockTolerance,
      audience,
    });
    return payload;
  }

  private invalidToken(error: unknown, token: string, typ: string): LogtoException {
    if (error instanceof LogtoException) return error;
    const cause = redactError(error);
    const { issuer } = this.options;
    const claimedIssuer = claimedIssuerOf(token);
    if (claimedIssuer === undefined || claimedIssuer === issuer) {
      const operatorMessage = this.clockSkew(error);
      return new InvalidTokenException(reasonOf(error, typ), {
        operatorMessage,
        cause,
      });
    }
    return new InvalidTokenException('The token was issued by another issuer.', {
      operatorMessage:
        `Its issuer is ${quoteClaim(claimedIssuer)}, but this app expects "${issuer}" (the option \`endpoint\` plus "/oidc"). ` +
        'Each Logto domain is a separate issuer: this app and the client that requests the token have to use the same one.',
      cause,
    });
  }

  /** The keys and algorithms of a configuration. Cached, because `serverMetadata()` copies the whole document. */
  private signingMetadataOf(configuration: Configuration): SigningMetadata {
    const known = this.signingMetadata.get(configuration);
    if (known) return known;
    const { jwks_uri, id_token_signing_alg_values_supported: listed = ['RS256'] } =
      configuration.serverMetadata();
    if (jwks_uri === undefined) {
      throw new LogtoException('provider_misconfigured', 'The discovery document has no `jwks_uri`.', {
        status: 503,
        needsOperator: true,
      });
    }
    const { timeout } = this.options.http;
    const metadata = {
      keys: new JwksCache(new URL(jwks_uri), timeout, this.providerFetch.fetch, this.breaker),
      algorithms: listed.filter((algorithm) => asymmetric.test(algorithm)),
    };
    this.signingMetadata.set(configuration, metadata);
    return metadata;
  }

  /** Describes the clock skew, if the token was rejected because of it. */
  private clockSkew(error: unknown): string | undefined {
    if (!(error instanceof errors.JWTExpired) && !(error instanceof errors.JWTClaimValidationFailed))
      return undefined;
    const { claim, payload } = error;
    const { clockTolerance } = this.options.http;
    const seconds = payload[claim];
    if (typeof seconds !== 'number') return undefined;
    const ahead = seconds - this.clock.now() / 1000;
    const isValidAtLogto = claim === 'exp' ? ahead > -clockTolerance : ahead <= clockTolerance;
    return isValidAtLogto ? this.clock.describeSkew() : undefined;
  }
}

/** Whether the key or the algorithm of a token is not in the cached keys and metadata. They may be outdated. */
function isUnknownKey(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  return error instanceof errors.JOSEAlgNotAllowed && asymmetric.test(decodeProtectedHeader(token).alg ?? '');
}

/** The `iss` of an unverified token. */
function claimedIssuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** What is wrong with a token, for the client that sent it. Contains no part of the token. */
function reasonOf(error: unknown, typ: string): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error, typ);
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not Logto's.";
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The token is signed with a key that Logto does not publish.';
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed with an algorithm that is not accepted.';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return 'The token is malformed.';
  return 'The token is not valid.';
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed, typ: string): string {
  if (claim === 'typ') {
    return typ === 'at+jwt'
      ? 'This is not an access token: its type is not at+jwt. Send the access token, not the ID token.'
      : `The token's type is not ${typ}.`;
  }
  if (claim === 'nbf') return 'The token is not valid yet.';
  return reason === 'missing'
    ? `The token lacks the claim '${claim}'.`
    : `The token's claim '${claim}' is invalid.`;
}
