import { randomUUID } from 'node:crypto';
import { LogtoException } from '../../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { IdTokenClaims, UserInfoResponse } from '../../oidc/claims.js';
import {
  getOrganizationIdFromUrn,
  organizationUrnPrefix,
  ReservedScope,
  UserScope,
} from '../../options/logto-constants.js';
import type { TokenTarget } from '../../oidc/token-target.js';
import type { TokenSet } from '../../oidc/token-set.js';
import { GrantedAccess } from '../granted-access.js';
import { membershipOf, type TestSignIn } from '../logto-test-user.js';
import { defaultApplication } from '../options-for-tests.js';
import { writeTestCredential } from '../test-credential.js';
import { TestSignIns, type TestSignInDefaults } from '../test-sign-ins.js';
import { authenticationContext, targetClaims } from './access-token-claims.js';
import { TokenSigner } from './token-signer.js';

/** The lifetime of tokens in seconds, the same as Logto's. */
export const tokenLifetime = 3600;

/** The resource of access tokens if neither the options nor the test specify one. */
export const defaultResource = 'https://api.invalid';

/** The scopes of OpenID Connect, as opposed to permissions. */
const claimScopes: ReadonlySet<string> = new Set([
  ...Object.values(ReservedScope),
  ...Object.values(UserScope),
]);

/** Options of {@link FakeLogto}. */
export interface FakeLogtoOptions extends TestSignInDefaults {
  /** Whether the app may request every permission and resource. Default: only those in its options. */
  allPermissions?: boolean;
}

/** Keyed by options, because several apps in one process may use the fake classes. */
const fakes = new WeakMap<ResolvedLogtoOptions, FakeLogto>();

/** Issues the claims and tokens that Logto would issue to one app. */
export class FakeLogto {
  readonly signer = new TokenSigner();
  readonly signIns: TestSignIns;
  private readonly granted: GrantedAccess;
  private readonly allPermissions: boolean;

  constructor(
    readonly options: ResolvedLogtoOptions,
    { allPermissions = false, ...defaults }: FakeLogtoOptions,
  ) {
    this.signIns = new TestSignIns(options, defaults);
    this.granted = new GrantedAccess(options.scopes, allPermissions);
    this.allPermissions = allPermissions;
    fakes.set(options, this);
  }

  /** The fake Logto of the app with these options. */
  static forOptions(options: ResolvedLogtoOptions): FakeLogto {
    const logto = fakes.get(options);
    if (!logto) throw new TypeError('The options of this app do not come from the testing module.');
    return logto;
  }

  /** The claims of the ID token. */
  claims({ user, signedInAgo = 0 }: TestSignIn): IdTokenClaims {
    const now = seconds();
    return {
      auth_time: now - signedInAgo,
      ...this.granted.idTokenClaims(user),
      sub: user.sub,
      iss: this.options.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + tokenLifetime,
    };
  }

  /** The response of the userinfo endpoint. */
  userInfo({ user }: TestSignIn): UserInfoResponse {
    return this.granted.userInfo(user);
  }

  /** The tokens of a code exchange, or of a refresh for `target`. */
  async tokenSet(signIn: TestSignIn, target: TokenTarget = {}): Promise<TokenSet> {
    const claims = this.claims(signIn);
    const { token, scopes } = await this.accessToken(signIn, target);
    const isOffline = this.options.scopes.includes(ReservedScope.OfflineAccess);
    const expiresAt = Date.now() + tokenLifetime * 1000;
    return {
      accessToken: token,
      expiresAt,
      refreshAt: expiresAt - tokenLifetime * 100,
      scopes,
      refreshToken: isOffline ? writeTestCredential(signIn) : undefined,
      idToken: await this.signer.sign({ ...claims }, 'JWT'),
      claims,
    };
  }

  /**
   * The bearer token of a user's request.
   * @throws LogtoException if Logto would not issue it
   */
  async bearerToken(signIn: TestSignIn): Promise<string> {
    const { resource, organizationId } = signIn;
    const hasTarget = resource !== undefined || organizationId !== undefined;
    return (await this.accessToken(signIn, hasTarget ? { resource, organizationId } : this.ownAudience()))
      .token;
  }

  /** A token for the client credentials grant. */
  machineToken(clientId: string, target: TokenTarget, scopes: string[]): Promise<string> {
    return this.signAccessToken({
      sub: clientId,
      client_id: clientId,
      ...targetClaims(target, scopes),
    });
  }

  private async accessToken(
    signIn: TestSignIn,
    target: TokenTarget,
  ): Promise<{ token: string; scopes: string[] }> {
    const { resource, organizationId } = target;
    if (resource === undefined && organizationId === undefined) {
      // For userinfo: opaque, as in Logto.
      const scopes = this.options.scopes.filter((scope) => claimScopes.has(scope));
      return { token: writeTestCredential(signIn), scopes };
    }
    this.assertAllowed(signIn, target);
    const scopes = this.granted.scopes(signIn.user, target);
    const token = await this.signAccessToken(
      {
        ...authenticationContext(signIn),
        ...signIn.tokenClaims,
        sub: signIn.user.sub,
        client_id: this.clientId,
        ...targetClaims(target, scopes),
      },
      signIn.expired,
    );
    return { token, scopes };
  }

  /** @throws LogtoException if Logto would refuse the token */
  private assertAllowed({ user, as }: TestSignIn, { resource, organizationId }: TokenTarget): void {
    if (organizationId !== undefined && !membershipOf(user, organizationId)) {
      throw new LogtoException('access_denied', 'The user is not a member of the organization.', {
        status: 403,
      });
    }
    // Another application may have requested a bearer token.
    if (as === 'bearer' || resource === undefined || this.allPermissions) return;
    if (!this.options.resources.includes(resource)) {
      throw new LogtoException('invalid_target', 'The app does not request this resource.', { status: 400 });
    }
  }

  private signAccessToken(payload: Record<string, unknown>, expired = false): Promise<string> {
    const issuedAt = seconds() - (expired ? 2 * tokenLifetime : 0);
    return this.signer.sign(
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
    const [audience = defaultResource] = this.options.api?.audiences ?? [];
    return audience.startsWith(organizationUrnPrefix)
      ? { organizationId: getOrganizationIdFromUrn(audience) }
      : { resource: audience };
  }

  private get clientId(): string {
    return this.options.credentials?.appId ?? defaultApplication.appId;
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
