/** The audiences that can have protected resource metadata (RFC 9728), because they are http(s) URLs. */
export function protectedResourcesOf(audiences: readonly string[]): string[] {
  return audiences.filter((one) => URL.canParse(one) && /^https?:/.test(new URL(one).protocol));
}
