/** Messages for humans, in the emulator's own words. Programs read `error`. */
const messages: Record<string, string> = {
  access_denied: 'Access was denied.',
  insufficient_scope: 'The token lacks a scope.',
  invalid_client: 'The application could not be authenticated.',
  invalid_grant: 'The grant is not valid.',
  invalid_redirect_uri: 'The `redirect_uri` is not registered for the application.',
  invalid_request: 'The request is not valid.',
  invalid_scope: 'A scope is not valid.',
  invalid_target: 'The resource is unknown.',
  invalid_token: 'The token is not valid.',
  unsupported_grant_type: 'The grant type is not supported.',
};

const sessionNotFound = 'The sign-in session was not found. Go back to the application and sign in again.';

/** Converts the provider's error body to Logto's, which adds `code` and `message`. */
export function toLogtoError(body: Record<string, unknown>): Record<string, unknown> {
  const error = String(body['error']);
  const { error: _error, error_description: description, state: _state, ...rest } = body;
  const isLost = typeof description === 'string' && isSessionNotFound(description);
  return {
    code: isLost ? 'session.not_found' : `oidc.${error}`,
    message: isLost ? sessionNotFound : (messages[error] ?? `The request failed: ${error}.`),
    ...(error === 'invalid_grant' && { error_uri: 'https://openid.sh/debug/invalid_grant' }),
    error,
    error_description: description,
    ...rest,
  };
}

/** Logto recognizes a lost sign-in session by the same words in the description. */
function isSessionNotFound(description: string): boolean {
  return (
    (description.includes('session') && description.includes('not found')) ||
    description.includes('authorization request has expired')
  );
}
