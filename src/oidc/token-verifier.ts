import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Configuration } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { OidcClient } from './oidc-client.js';
import { connectionFailure } from './connection-failure.js';
import { harmless } from './harmless-error.js';
import { PublishedKeys } from './published-keys.js';

/** What a signed token has to be. */
export interface TokenExpectations {
  /** `typ` of its header, so that no token passes for one of another kind (RFC 8725 section 3.11). */
  readonly typ: string;
  /** Whom it has to be for. Default: left to the caller. */
  readonly audience?: string;
  /** Claims that have to be there. */
  readonly requiredClaims: string[];
  /** Longest time since it was issued, in seconds. */
  readonly maxAge?: number;
}

/** Algorithms by which only Logto can have signed: neither `none` nor a shared secret. */
const asymmetric = /^(?:RS|PS|ES)\d{3}$|^EdDSA$|^Ed25519$/;

/** What a discovery document says of signatures. */
interface Published {
  readonly keys: PublishedKeys;
  readonly algorithms: string[];
}

/** Verifies JWTs that Logto signed, by the keys and algorithms that it publishes. */
export class TokenVerifier {
  private readonly published = new WeakMap<Configuration, Published>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
  ) {}

  /**
   * The token's claims.
   * @throws LogtoException `invalid_token`, or a transient one when Logto's keys cannot be had
   */
  async verify<T extends JWTPayload>(token: string, expected: TokenExpectations): Promise<T> {
    const configuration = await this.oidc.configuration.get();
    try {
      return await this.verifyBy<T>(configuration, token, expected);
    } catch (error) {
      if (!isOutdated(error, token)) throw invalidToken(error);
    }
    // The key or its kind may be newer than the documents at hand.
    const newer = await this.oidc.configuration.newerThan(configuration);
    if (!newer) throw invalidToken(new errors.JWKSNoMatchingKey());
    try {
      return await this.verifyBy<T>(newer, token, expected);
    } catch (error) {
      throw invalidToken(error);
    }
  }

  private async verifyBy<T extends JWTPayload>(
    configuration: Configuration,
    token: string,
    { typ, audience, requiredClaims, maxAge }: TokenExpectations,
  ): Promise<T> {
    const { keys, algorithms } = this.publishedBy(configuration);
    const { payload } = await jwtVerify<T>(token, keys.find, {
      issuer: this.options.issuer,
      algorithms,
      typ,
      requiredClaims: ['exp', ...requiredClaims],
      clockTolerance: this.options.http.clockTolerance,
      ...(audience !== undefined && { audience }),
      ...(maxAge !== undefined && { maxTokenAge: maxAge }),
    });
    return payload;
  }

  /** Read once: openid-client copies the whole discovery document each time. */
  private publishedBy(configuration: Configuration): Published {
    const known = this.published.get(configuration);
    if (known) return known;
    const { jwks_uri, id_token_signing_alg_values_supported: listed = ['RS256'] } =
      configuration.serverMetadata();
    if (jwks_uri === undefined) {
      throw new LogtoException('provider_misconfigured', 'The discovery document names no keys.', {
        status: 503,
      });
    }
    const { timeout } = this.options.http;
    const published = {
      keys: new PublishedKeys(new URL(jwks_uri), timeout, this.oidc.providerFetch.fetch),
      algorithms: listed.filter((algorithm) => asymmetric.test(algorithm)),
    };
    this.published.set(configuration, published);
    return published;
  }
}

function isOutdated(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  return error instanceof errors.JOSEAlgNotAllowed && asymmetric.test(decodeProtectedHeader(token).alg ?? '');
}

function invalidToken(error: unknown): LogtoException {
  if (error instanceof LogtoException) return error;
  if (saysNothingOfTheToken(error)) {
    return new LogtoException(
      'provider_unavailable',
      "Logto's signing keys cannot be had. Try again shortly.",
      {
        status: 503,
        transient: true,
        cause: harmless(error),
      },
    );
  }
  return new LogtoException('invalid_token', reasonOf(error), { status: 401, cause: harmless(error) });
}

/** Whether the keys could not be had, or what was had is none. */
function saysNothingOfTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
    connectionFailure(error) !== undefined
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is not acceptable.`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not Logto's.";
  return 'The token is not valid.';
}
