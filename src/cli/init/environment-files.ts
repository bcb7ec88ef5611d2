import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectFiles } from './project-files.js';
import { withLineEndsOf } from './text-edit.js';

/** A variable with its value in `.env.example`, and the comment above it. */
interface Setting {
  name: string;
  value: string;
  comment?: string;
}

/** The URL at which the script `logto` starts the emulator. */
export const emulatorEndpoint = 'http://localhost:3001';

/** The emulator's demo tenant, which starts without a configuration. */
const settings: readonly Setting[] = [
  { name: 'LOGTO_ENDPOINT', value: emulatorEndpoint },
  { name: 'LOGTO_APP_ID', value: 'my-app' },
  { name: 'LOGTO_APP_SECRET', value: 'my-app-secret' },
  {
    name: 'LOGTO_BASE_URL',
    value: 'http://localhost:3000',
    comment: 'The URL of this app, as browsers see it.',
  },
  {
    name: 'LOGTO_SESSION_SECRET',
    value: '',
    comment: 'A long random string of your own: openssl rand -base64 32',
  },
];

const heading = [
  '# Logto. The values are those of the emulator.',
  '# For your own Logto, copy them from Logto Console > Applications > your application.',
];

/** Writes `.env.example`, and `.env` with a new session secret, and keeps `.env` out of Git. */
export function writeEnvironmentFiles(files: ProjectFiles): void {
  addToExample(files);
  addToEnv(files);
  ignoreEnv(files);
}

function addToExample(files: ProjectFiles): void {
  const text = files.read('.env.example');
  const missing = missingIn(text ?? '');
  if (missing.length === 0) return;
  const summary = text === undefined ? 'the environment variables, to copy to .env' : namesOf(missing);
  files.change('.env.example', appended(text, linesOf(missing)), summary);
}

function addToEnv(files: ProjectFiles): void {
  const text = files.read('.env');
  // Without a secret, an application is a public client.
  const missing = missingIn(text ?? '').filter(
    ({ name }) => name !== 'LOGTO_APP_SECRET' || text === undefined,
  );
  if (missingIn(text ?? '').length === settings.length) {
    const secret = randomBytes(32).toString('base64url');
    const own = settings.map((setting) => (setting.value === '' ? { ...setting, value: secret } : setting));
    files.change('.env', appended(text, linesOf(own)), 'the settings for the emulator, and a session secret');
  } else if (missing.length > 0) {
    const names = missing.map(({ name }) => `${name}=`).join('\n');
    files.addManualStep('.env', 'some variables of Logto are missing', names);
  }
}

function ignoreEnv(files: ProjectFiles): void {
  if (isIgnored(files)) return;
  const text = files.read('.gitignore');
  files.change('.gitignore', appended(text, ['.env']), 'keeps .env out of Git');
}

/** Whether a `.gitignore` of the project or of a folder above it, up to the repository's, covers `.env`. */
function isIgnored({ directory }: ProjectFiles): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, '.gitignore');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split(/\r?\n/) : [];
    if (lines.some((line) => /^(?:\*\*\/|\/)?(?:\.env\*?|\*\.env|\.\*)\s*$/.test(line))) return true;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return false;
  }
}

function missingIn(text: string): Setting[] {
  return settings.filter(({ name }) => !new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(text));
}

function linesOf(variables: readonly Setting[]): string[] {
  const lines = variables.flatMap(({ name, value, comment }) => [
    ...(comment === undefined ? [] : [`# ${comment}`]),
    `${name}=${value}`,
  ]);
  return [...heading, ...lines];
}

function appended(text: string | undefined, lines: readonly string[]): string {
  const addition = `${lines.join('\n')}\n`;
  if (text === undefined || text === '') return addition;
  return text + withLineEndsOf(text, `${text.endsWith('\n') ? '' : '\n'}\n${addition}`);
}

function namesOf(variables: readonly Setting[]): string {
  return variables.map(({ name }) => name).join(', ');
}
