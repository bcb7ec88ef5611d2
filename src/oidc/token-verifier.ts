import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Configuration } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { OperatorLog } from '../operator-log.js';
import { harmless } from './harmless-error.js';
import type { OidcClient } from './oidc-client.js';
import { PublishedKeys } from './published-keys.js';

/** What a signed token has to be. */
export interface TokenExpectations {
  /** `typ` of its header, so that no token passes for one of another kind (RFC 8725 section 3.11). */
  readonly typ: string;
  /** Whom it has to be for. Default: left to the caller. */
  readonly audience?: string;
  /** Claims that have to be there. */
  readonly requiredClaims: string[];
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
    private readonly log: OperatorLog,
  ) {}

  /**
   * The token's claims.
   * @throws LogtoException `invalid_token`, or a transient one when Logto's keys cannot be had
   */
  async verify<T extends JWTPayload>(token: string, expected: TokenExpectations): Promise<T> {
    const { configuration } = this.oidc;
    const known = await configuration.get();
    try {
      return await this.verifyBy<T>(known, token, expected);
    } catch (error) {
      if (!isOutdated(error, token)) throw this.invalidToken(error);
    }
    // The key or its kind may be newer than the documents at hand.
    const newer = await configuration.newerForUntrusted(known);
    if (!newer) throw this.invalidToken(new errors.JWKSNoMatchingKey());
    try {
      const claims = await this.verifyBy<T>(newer, token, expected);
      configuration.broughtKey();
      return claims;
    } catch (error) {
      if (!isOutdated(error, token)) configuration.broughtKey();
      throw this.invalidToken(error);
    }
  }

  private async verifyBy<T extends JWTPayload>(
    configuration: Configuration,
    token: string,
    { typ, audience, requiredClaims }: TokenExpectations,
  ): Promise<T> {
    const { keys, algorithms } = this.publishedBy(configuration);
    const { payload } = await jwtVerify<T>(token, keys.find, {
      issuer: this.options.issuer,
      algorithms,
      typ,
      requiredClaims: ['exp', ...requiredClaims],
      clockTolerance: this.options.http.clockTolerance,
      ...(audience !== undefined && { audience }),
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
        needsOperator: true,
      });
    }
    const { timeout } = this.options.http;
    const { providerFetch, breaker } = this.oidc;
    const published = {
      keys: new PublishedKeys(new URL(jwks_uri), timeout, providerFetch.fetch, breaker),
      algorithms: listed.filter((algorithm) => asymmetric.test(algorithm)),
    };
    this.published.set(configuration, published);
    return published;
  }

  private invalidToken(error: unknown): LogtoException {
    if (error instanceof LogtoException) return error;
    const reason = reasonOf(error);
    const difference = this.clockDifference(error);
    // Who sends a token cannot do anything about it, and each of their tokens would be refused.
    if (difference !== undefined) {
      const line = `A token was refused. ${reason} ${difference}`;
      this.log.remark('warn', line, { key: `clock ${reason}` });
    }
    return new LogtoException(
      'invalid_token',
      difference === undefined ? reason : `${reason} ${difference}`,
      {
        status: 401,
        publicMessage: reason,
        cause: harmless(error),
      },
    );
  }

  /** How the clocks differ, where that is why a token was refused. */
  private clockDifference(error: unknown): string | undefined {
    if (!(error instanceof errors.JWTExpired) && !(error instanceof errors.JWTClaimValidationFailed))
      return undefined;
    const { claim, payload } = error;
    const { clock } = this.oidc.providerFetch;
    const { clockTolerance } = this.options.http;
    const seconds = payload[claim];
    if (typeof seconds !== 'number') return undefined;
    const ahead = seconds - clock.now() / 1000;
    const isGoodAtLogto = claim === 'exp' ? ahead > -clockTolerance : ahead <= clockTolerance;
    return isGoodAtLogto ? clock.difference() : undefined;
  }
}

function isOutdated(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  return error instanceof errors.JOSEAlgNotAllowed && asymmetric.test(decodeProtectedHeader(token).alg ?? '');
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is not acceptable.`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not Logto's.";
  return 'The token is not valid.';
}
