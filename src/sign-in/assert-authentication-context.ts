import type { IdTokenClaims } from '../oidc/claims.js';
import { insufficientAuthentication } from '../oidc/errors/insufficient-authentication.js';
import { satisfiesAcr } from '../options/authentication-context.js';
import type { PendingSignIn } from './cookies/sign-in-cookies.js';

/**
 * Asserts that a sign-in has reached one of the authentication contexts that it was started with. A Logto before 1.46
 * ignores `acr_values`, and a browser can remove it from the URL.
 * @throws LogtoException `insufficient_authentication`, 403
 */
export function assertAuthenticationContext(
  { acr }: IdTokenClaims,
  { acrValues = [] }: Pick<PendingSignIn, 'acrValues'>,
): void {
  if (acrValues.length === 0 || acrValues.some((required) => satisfiesAcr(acr, required))) return;
  const reached =
    acr === undefined
      ? 'has no `acr`. `acr_values` needs Logto 1.46, and an account at a social or enterprise provider alone has none'
      : `has the \`acr\` "${acr}"`;
  throw insufficientAuthentication(
    `The sign-in requested "${acrValues.join('" or "')}", but its ID token ${reached}.`,
  );
}
