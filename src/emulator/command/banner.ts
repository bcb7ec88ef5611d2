import type { LogtoEmulator } from '../emulator.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';

/** What the command prints once the emulator runs: what it is, what to configure, who can sign in. */
export function banner(emulator: LogtoEmulator, options: LogtoEmulatorOptions, source: string): string {
  const applications = options.applications ?? [];
  const interactive = applications.filter(({ type }) => type !== 'MachineToMachine');
  const resources = (options.resources ?? []).map(({ indicator }) => `'${indicator}'`);
  const users = (options.users ?? []).map(
    ({ username, password }) => `  ${username}${password === undefined ? '' : `  (password: ${password})`}`,
  );
  return [
    '',
    `Logto emulator at ${emulator.endpoint}`,
    'For development and tests: it is no identity provider for production.',
    '',
    ...(interactive.length === 0 ? ['No application can sign in: add one to `applications`.', ''] : []),
    ...interactive.flatMap(({ id, secret, name }) => [
      `LogtoModule.forRoot for ${name ?? id}:`,
      '  {',
      `    endpoint: '${emulator.endpoint}',`,
      `    appId: '${id}',`,
      ...(secret === undefined ? [] : [`    appSecret: '${secret}',`]),
      "    baseUrl: 'http://localhost:3000',",
      "    session: { secret: 'a-long-random-string' },",
      ...(resources.length === 0 ? [] : [`    resources: [${resources.join(', ')}],`]),
      '  }',
      '',
    ]),
    users.length === 0 ? 'No users yet: sign up on the sign-in page.' : 'Users:',
    ...users,
    '',
    source,
    '',
  ].join('\n');
}
