import type { LogtoEmulatorOptions } from './options/logto-emulator-options.js';

/**
 * Returns its options, and types them in the configuration file of the `logto-emulator` command.
 *
 * ```ts
 * // logto-emulator.config.mjs
 * import { defineLogtoEmulatorConfig } from 'nestjs-logto/emulator';
 *
 * export default defineLogtoEmulatorConfig({ users: [{ username: 'ada' }] });
 * ```
 */
export function defineLogtoEmulatorConfig(options: LogtoEmulatorOptions): LogtoEmulatorOptions {
  return options;
}
