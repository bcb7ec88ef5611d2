/** The path of the sign-in callback with these parameters. */
export function callbackPath(parameters: Record<string, string>): string {
  return `/logto/sign-in-callback?${new URLSearchParams(parameters).toString()}`;
}
