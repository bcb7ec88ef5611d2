import type { LocalUser } from '../hooks/local-user.js';
import type { IdTokenClaims, UserInfoResponse } from '../oidc/claims.js';

/* An interface and a const of the same name: decorator metadata needs a value. The claims do the same. */

/** The user of a request, in the shape of the official SDKs. JSON-serializable. */
export interface LogtoContext {
  /** Whether the user is signed in, or has sent a valid bearer token. */
  isAuthenticated: boolean;
  /** The user's claims. */
  claims?: IdTokenClaims;
  /** Your own user, from your `@LogtoUserResolver()`. */
  localUser?: LocalUser;
  /** The response of the userinfo endpoint; only with `fetchUserInfo`. */
  userInfo?: UserInfoResponse;
  /** The access token that was asked for; only with `getAccessToken`. */
  accessToken?: string;
  /** Scopes of that access token. */
  scopes?: string[];
  /** An organization token for each of the user's organizations, by ID; only with `getOrganizationToken`. */
  organizationTokens?: Record<string, string>;
}
export const LogtoContext = Object;

/** The context of an anonymous request. A new one each time, because a handler may change its `req.user`. */
export function anonymousContext(): LogtoContext {
  return { isAuthenticated: false };
}

declare global {
  // The namespace is how Express and Passport let `req.user` be typed.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    /* Every member is optional, and others are allowed, so that `done(null, { id })` compiles in an app that uses
     * Passport too. */
    interface User {
      [member: string]: unknown;
      isAuthenticated?: boolean;
      claims?: IdTokenClaims;
      localUser?: LocalUser;
      userInfo?: UserInfoResponse;
      accessToken?: string;
      scopes?: string[];
      organizationTokens?: Record<string, string>;
    }
    interface Request {
      user?: User | undefined;
    }
  }
}
