import { LogtoException } from '../../logto.exceptions.js';

/**
 * The error for a logout token that ends no session.
 * @param reason what is wrong and what to do, for the log; never the token
 */
export function logoutTokenInvalid(reason: string, cause?: unknown): LogtoException {
  return new LogtoException('logout_token_invalid', `A logout token was rejected. ${reason}`, {
    status: 400,
    cause,
    publicMessage: 'The logout token is invalid.',
  });
}
