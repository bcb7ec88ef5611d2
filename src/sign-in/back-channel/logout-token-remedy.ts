import { decodeJwt } from 'jose';
import type { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';

/**
 * What to do about a logout token that fails validation, for the log.
 * @param cause the error of the validation
 */
export function logoutTokenRemedy(
  cause: unknown,
  token: string,
  appId: string,
  { endpoint, issuer }: Pick<ResolvedLogtoOptions, 'endpoint' | 'issuer'>,
): string {
  const failed = cause instanceof Error ? cause.message : '';
  if (failed.includes('"aud"')) {
    return `It is for another application than ${appId}. In Logto Console, give each application the back-channel logout address of its own app.`;
  }
  if (failed.includes('"iss"')) return `It is not from ${issuer}. Check \`endpoint\`.`;
  if (failed.includes('"exp" claim timestamp')) {
    return (
      `By the clock of this server it was issued ${minutesSince(decodeJwt(token).iat)} minutes ago, and a logout token ` +
      'is valid for two. Set the clock, or find out what delays the requests of Logto.'
    );
  }
  if (/signature|key/i.test(failed)) {
    return `It is not signed with a key of ${endpoint}. If that is your Logto, somebody else has sent it.`;
  }
  return 'Logto sends no such token: somebody else may have sent it.';
}

function minutesSince(issuedAt = 0): number {
  return Math.round((Date.now() / 1000 - issuedAt) / 60);
}
