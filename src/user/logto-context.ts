import type { IdTokenClaims, UserInfoResponse } from '../oidc/claims.js';

/* An interface beside a const of the same name, as the claims are. */

/** Who the request's user is, in the official SDKs' shape. JSON-serialisable. */
export interface LogtoContext {
  /** Whether somebody is signed in (or a valid bearer token was sent). */
  isAuthenticated: boolean;
  /** The user's claims. */
  claims?: IdTokenClaims;
  /** What the userinfo endpoint answered; only with `fetchUserInfo`. */
  userInfo?: UserInfoResponse;
  /** The access token that was asked for; only with `getAccessToken`. */
  accessToken?: string;
  /** Scopes of that access token. */
  scopes?: string[];
  /** An organization token for each of the user's organizations, by id; only with `getOrganizationToken`. */
  organizationTokens?: Record<string, string>;
}
export const LogtoContext = Object;

declare global {
  // The namespace is how Express and Passport let `req.user` be typed.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    /* Optional members only: required ones would break `done(null, { id })` of an app that uses Passport too, and so
     * would a type that knows no others. */
    interface User {
      [member: string]: unknown;
      isAuthenticated?: boolean;
      claims?: IdTokenClaims;
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
