import { LogtoEmulatorError } from './logto-emulator-error.js';
import type { LogtoEmulator } from './logto-emulator.interface.js';
import type { LogtoEmulatorOptions } from './options/logto-emulator-options.js';
import { loadOidcProvider } from './provider/load-oidc-provider.js';
import { resolveOptions } from './options/resolve-options.js';
import { RunningEmulator } from './running-emulator.js';

/**
 * Starts an emulator of Logto in this process, for development, tests and demos, never for production.
 *
 * ```ts
 * const emulator = await startLogtoEmulator({
 *   port: 0,
 *   users: [{ username: 'ada', password: 'lovelace' }],
 *   applications: [{ id: 'my-app', secret: 'my-secret' }],
 * });
 * // LogtoModule.forRoot({ endpoint: emulator.endpoint, appId: 'my-app', appSecret: 'my-secret', … })
 * await emulator.close();
 * ```
 *
 * All state is in memory. Requires the package `oidc-provider`.
 *
 * @throws {@link LogtoEmulatorError} with `code` `invalid_options`, `oidc_provider_missing`,
 * `production_refused` or `port_in_use`.
 */
export async function startLogtoEmulator(options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  const resolved = resolveOptions(options);
  if (process.env['NODE_ENV'] === 'production' && !resolved.allowProduction) {
    throw new LogtoEmulatorError(
      'production_refused',
      'The emulator lets anyone sign in as any user, so it does not start with NODE_ENV=production. Use Logto there, or set `allowProduction: true` to test a production build.',
    );
  }
  return RunningEmulator.start(resolved, await loadOidcProvider());
}
