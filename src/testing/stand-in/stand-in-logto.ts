import { randomUUID } from 'node:crypto';
import { LogtoException } from '../../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { IdTokenClaims, UserInfoResponse } from '../../oidc/claims.js';
import {
  buildOrganizationUrn,
  getOrganizationIdFromUrn,
  organizationUrnPrefix,
  ReservedScope,
  UserScope,
} from '../../options/logto-constants.js';
import type { TokenTarget } from '../../oidc/oidc-client.js';
import type { TokenSet } from '../../oidc/token-set.js';
import { grantedScopes, idTokenClaims, userInfoClaims, type Asked } from '../granted.js';
import { membershipOf, type TestSignIn } from '../logto-test-user.js';
import { unnamedApplication } from '../options-for-tests.js';
import { StandInTokens } from './stand-in-tokens.js';
import { writeTestCredential } from './test-credential.js';

/** How long tokens live, in seconds, as at Logto. */
export const tokenLifetime = 3600;

/** What access tokens are for where neither the options nor the test name a resource. */
export const unnamedResource = 'https://api.invalid';

/** Scopes that are no permission on a resource or in an organization. */
const claimScopes: ReadonlySet<string> = new Set([
  ...Object.values(ReservedScope),
  ...Object.values(UserScope),
]);

/** What Logto would tell one app of the users of a test, and the tokens it would give. */
export class StandInLogto {
  readonly tokens = new StandInTokens();
  private readonly asked: Asked;

  /** @param everyPermission whether the app counts as having asked for every permission and resource */
  constructor(
    readonly options: ResolvedLogtoOptions,
    private readonly everyPermission: boolean,
  ) {
    this.asked = { scopes: options.scopes, everyPermission };
  }

  /** The claims of the ID token. */
  claims({ user, signedInAgo = 0 }: TestSignIn): IdTokenClaims {
    const now = seconds();
    return {
      auth_time: now - signedInAgo,
      ...idTokenClaims(user, this.asked),
      sub: user.sub,
      iss: this.options.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + tokenLifetime,
    };
  }

  /** What the userinfo endpoint answers. */
  userInfo({ user }: TestSignIn): UserInfoResponse {
    return userInfoClaims(user, this.asked);
  }

  /** What the code exchange brings, or a refresh for `target`. */
  async tokenSet(signIn: TestSignIn, target: TokenTarget = {}): Promise<TokenSet> {
    const claims = this.claims(signIn);
    const { token, scopes } = await this.accessToken(signIn, target);
    const refreshes = this.asked.scopes.includes(ReservedScope.OfflineAccess);
    return {
      accessToken: token,
      expiresAt: Date.now() + tokenLifetime * 1000,
      lifetime: tokenLifetime * 1000,
      scopes,
      refreshToken: refreshes ? writeTestCredential(signIn) : undefined,
      idToken: await this.tokens.sign({ ...claims }, 'JWT'),
      claims,
    };
  }

  /**
   * The bearer token that a request of the user carries.
   * @throws LogtoException when Logto would give none
   */
  async bearerToken(signIn: TestSignIn): Promise<string> {
    const { resource, organizationId } = signIn;
    const named = resource !== undefined || organizationId !== undefined;
    return (await this.accessToken(signIn, named ? { resource, organizationId } : this.ownAudience())).token;
  }

  /** A token of the app itself, by client credentials. */
  machineToken(
    clientId: string,
    { resource, organizationId }: TokenTarget,
    scopes: string[],
  ): Promise<string> {
    return this.signAccessToken({
      sub: clientId,
      client_id: clientId,
      aud: resource ?? buildOrganizationUrn(organizationId ?? ''),
      ...(resource !== undefined && organizationId !== undefined && { organization_id: organizationId }),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    });
  }

  private async accessToken(
    signIn: TestSignIn,
    target: TokenTarget,
  ): Promise<{ token: string; scopes: string[] }> {
    const { resource, organizationId } = target;
    if (resource === undefined && organizationId === undefined) {
      // For userinfo: opaque, as Logto's.
      const scopes = this.asked.scopes.filter((scope) => claimScopes.has(scope));
      return { token: writeTestCredential(signIn), scopes };
    }
    this.assertGiven(signIn, target);
    const scopes = grantedScopes(signIn.user, target, this.asked);
    const token = await this.signAccessToken(
      {
        ...signIn.tokenClaims,
        ...(signIn.signedInAgo !== undefined && { auth_time: seconds() - signIn.signedInAgo }),
        sub: signIn.user.sub,
        client_id: this.clientId,
        aud: resource ?? buildOrganizationUrn(organizationId ?? ''),
        ...(resource !== undefined && organizationId !== undefined && { organization_id: organizationId }),
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      },
      signIn.expired,
    );
    return { token, scopes };
  }

  /** @throws LogtoException as Logto refuses */
  private assertGiven({ user, as }: TestSignIn, { resource, organizationId }: TokenTarget): void {
    if (organizationId !== undefined && !membershipOf(user, organizationId)) {
      throw new LogtoException('access_denied', 'The user is no member of the organization.', {
        status: 403,
      });
    }
    // Who sends a bearer token has got it elsewhere: another application may have asked for it.
    if (as === 'bearer' || resource === undefined || this.everyPermission) return;
    if (!this.options.resources.includes(resource)) {
      throw new LogtoException('invalid_target', 'The resource was not asked for.', { status: 400 });
    }
  }

  private signAccessToken(payload: Record<string, unknown>, expired = false): Promise<string> {
    const issuedAt = seconds() - (expired ? 2 * tokenLifetime : 0);
    return this.tokens.sign(
      {
        ...payload,
        jti: randomUUID(),
        iss: this.options.issuer,
        iat: issuedAt,
        exp: issuedAt + tokenLifetime,
      },
      'at+jwt',
    );
  }

  private ownAudience(): TokenTarget {
    const [audience = unnamedResource] = [this.options.api?.audience ?? []].flat();
    return audience.startsWith(organizationUrnPrefix)
      ? { organizationId: getOrganizationIdFromUrn(audience) }
      : { resource: audience };
  }

  private get clientId(): string {
    return this.options.credentials?.appId ?? unnamedApplication.appId;
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
