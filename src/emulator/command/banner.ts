import type { LogtoEmulator } from '../logto-emulator.interface.js';
import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';
import type { EmulatorApplication, EmulatorResource } from '../options/tenant-options.js';

/** The command's output after the start: the options for `LogtoModule`, and the users. */
export function banner(
  emulator: LogtoEmulator,
  options: LogtoEmulatorOptions,
  path: string | undefined,
): string {
  const { appId, appSecret } = emulator.machineToMachine;
  const applications = options.applications ?? [];
  const interactive = applications.filter(({ type }) => type !== 'MachineToMachine');
  const users = (options.users ?? []).map(
    ({ username, password }) => `  ${username}${password === undefined ? '' : `  (password: ${password})`}`,
  );
  return [
    '',
    `Logto emulator at ${emulator.endpoint}`,
    'For development and tests only, not for production.',
    '',
    ...(interactive.length === 0
      ? ['Users cannot sign in without an application. Add one to `applications`.', '']
      : []),
    ...interactive.flatMap((application) => [
      ...moduleOptions(emulator.endpoint, application, options.resources),
      '',
    ]),
    `Machine-to-machine application for the Management API: ${appId}  (secret: ${appSecret})`,
    '',
    users.length === 0 ? 'No users yet. Sign up on the sign-in page.' : 'Users:',
    ...users,
    '',
    path === undefined
      ? 'This is a demo tenant. To configure your own, create a logto-emulator.json.'
      : `Configuration file: ${path}`,
    '',
  ].join('\n');
}

/** The options of `LogtoModule` for an application. */
function moduleOptions(
  endpoint: string,
  { id, secret, name }: EmulatorApplication,
  resources: EmulatorResource[] = [],
): string[] {
  const indicators = resources.map(({ indicator }) => `'${indicator}'`);
  return [
    `LogtoModule.forRoot for ${name ?? id}:`,
    '  {',
    `    endpoint: '${endpoint}',`,
    `    appId: '${id}',`,
    ...(secret === undefined ? [] : [`    appSecret: '${secret}',`]),
    "    baseUrl: 'http://localhost:3000',",
    "    session: { secret: 'a-long-random-string' },",
    ...(indicators.length === 0 ? [] : [`    resources: [${indicators.join(', ')}],`]),
    '  }',
  ];
}
