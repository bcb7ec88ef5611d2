import type { ApplicationConfig } from '@nestjs/core';

/**
 * Whether Nest applies global guards to gateways, as it does from version 12 on.
 *
 * Undocumented: `registerPreRequestHook()`, which tells Nest 12 from Nest 11. Its package.json cannot be read without
 * `import.meta`, which breaks when Jest compiles this package to CommonJS. This can go when Nest 11 is not supported.
 */
export function guardsGatewaysGlobally(configuration: ApplicationConfig): boolean {
  return 'registerPreRequestHook' in configuration;
}
