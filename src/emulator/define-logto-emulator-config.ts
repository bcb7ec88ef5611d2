import type { LogtoEmulatorOptions } from './options/logto-emulator-options.js';

/**
 * Gives types to the configuration file of the `logto-emulator` command; returns what it is given.
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
