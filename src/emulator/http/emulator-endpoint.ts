/** The endpoints that can be made to fail, and whose requests are counted. */
export type EmulatorEndpoint =
  | 'authorization'
  | 'token'
  | 'userinfo'
  | 'jwks'
  | 'discovery'
  | 'end_session'
  | 'revocation'
  | 'introspection'
  | 'par'
  | 'management';

const endpoints: Record<string, EmulatorEndpoint> = {
  '/oidc/auth': 'authorization',
  '/oidc/token': 'token',
  '/oidc/me': 'userinfo',
  '/oidc/jwks': 'jwks',
  '/oidc/.well-known/openid-configuration': 'discovery',
  '/oidc/session/end': 'end_session',
  '/oidc/token/revocation': 'revocation',
  '/oidc/token/introspection': 'introspection',
  '/oidc/request': 'par',
};

/** The endpoint at a path, with `management` for all of the Management API; undefined for pages. */
export function endpointOf(path: string): EmulatorEndpoint | undefined {
  return path.startsWith('/api/') ? 'management' : endpoints[path];
}
