import { LogtoException } from '../../logto.exceptions.js';

/**
 * 403: a sign-in has reached none of the authentication contexts that were requested. It does not redirect to another
 * sign-in, which would end the same way.
 * @param reason for the operator: how Logto has responded
 */
export function insufficientAuthentication(reason: string, cause?: unknown): LogtoException {
  return new LogtoException('insufficient_authentication', `${reason} ${remedy}`, {
    status: 403,
    publicMessage: `This needs a stronger sign-in, for example with a second factor. ${remedy}`,
    cause,
  });
}

const remedy = 'Set up a second factor in your account, then start again.';
