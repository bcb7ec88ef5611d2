/** The redirect URI of the module's own routes, as it is registered at Logto. */
export function signInCallbackUri(baseUrl: string, authRoutesPrefix: string): string {
  return `${baseUrl}/${authRoutesPrefix}/sign-in-callback`;
}
