/** A kind of request to Logto. Error messages and circuit breakers differ by it. */
export type ProviderCall =
  | 'discovery'
  | 'key lookup'
  | 'authorization'
  | 'code exchange'
  | 'refresh'
  | 'userinfo'
  | 'revocation'
  | 'introspection'
  | 'client credentials'
  | 'token exchange'
  | 'Management API request';
