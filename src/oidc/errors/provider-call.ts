/** What is asked of Logto. It decides how a refusal is to be read, and which calls are left alone while one fails. */
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
  | 'token exchange';
