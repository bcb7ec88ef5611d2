import type { LogtoApiOptions } from './logto-api-options.js';

/** The audiences that can have protected resource metadata (RFC 9728), because they are http(s) URLs. */
export function protectedResourcesOf({ audience }: Pick<LogtoApiOptions, 'audience'>): string[] {
  return [audience].flat().filter((one) => URL.canParse(one) && /^https?:/.test(new URL(one).protocol));
}
