import { Injectable } from '@nestjs/common';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Configuration } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { harmless } from './errors/harmless-error.js';
import { InvalidTokenException, quotedClaim } from './errors/invalid-token.exception.js';
import { OidcClient } from './oidc-client.js';
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
@Injectable()
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
    const { configuration } = this.oidc;
    const known = await configuration.get();
    try {
      return await this.verifyBy<T>(known, token, expected);
    } catch (error) {
      if (!isOutdated(error, token)) throw this.invalidToken(error, token, expected.typ);
    }
    // The key or its kind may be newer than the documents at hand.
    const newer = await configuration.newerForUntrusted(known);
    if (!newer) throw this.invalidToken(new errors.JWKSNoMatchingKey(), token, expected.typ);
    try {
      const claims = await this.verifyBy<T>(newer, token, expected);
      configuration.broughtKey();
      return claims;
    } catch (error) {
      if (!isOutdated(error, token)) configuration.broughtKey();
      throw this.invalidToken(error, token, expected.typ);
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

  private invalidToken(error: unknown, token: string, typ: string): LogtoException {
    if (error instanceof LogtoException) return error;
    const cause = harmless(error);
    const { issuer } = this.options;
    const said = issuerSaidBy(token);
    // Its own keys sign it, so to call them unknown would mislead.
    if (said === undefined || said === issuer) {
      const operatorMessage = this.clockDifference(error);
      return new InvalidTokenException(reasonOf(error, typ), {
        ...(operatorMessage !== undefined && { operatorMessage }),
        cause,
      });
    }
    return new InvalidTokenException('The token was issued by another issuer.', {
      operatorMessage:
        `Its issuer is ${quotedClaim(said)}, but this app expects "${issuer}" (the option \`endpoint\` plus "/oidc"). ` +
        'Each Logto domain is a separate issuer: this app and the client that requests the token have to use the same one.',
      cause,
    });
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

/** The issuer that a token names, unverified. */
function issuerSaidBy(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** What is wrong with a token, for whoever sent it: nothing of what it says itself. */
function reasonOf(error: unknown, typ: string): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error, typ);
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not Logto's.";
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The token is signed by a key that Logto does not publish.';
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed by an algorithm that is not accepted.';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return 'The token is malformed.';
  return 'The token is not valid.';
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed, typ: string): string {
  if (claim === 'typ') {
    return typ === 'at+jwt'
      ? 'This is no access token: its type is not at+jwt. Send the access token, not the ID token.'
      : `The token's type is not ${typ}.`;
  }
  if (claim === 'nbf') return 'The token is not valid yet.';
  return reason === 'missing'
    ? `The token lacks the claim '${claim}'.`
    : `The token's claim '${claim}' is not acceptable.`;
}
