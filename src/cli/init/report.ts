import { parseEnv } from 'node:util';
import { emulatorEndpoint } from './environment-files.js';
import type { Project } from './project.js';

/** The final output of `init`. */
export function report(project: Project, dryRun: boolean): string {
  const { LOGTO_ENDPOINT = '', LOGTO_BASE_URL = 'http://localhost:3000' } = parseEnv(
    project.files.read('.env') ?? '',
  );
  const baseUrl = LOGTO_BASE_URL.replace(/\/+$/, '');
  return [
    '',
    ...changed(project, dryRun),
    ...byHand(project),
    ...uris(baseUrl),
    ...nextSteps(project, baseUrl, LOGTO_ENDPOINT === emulatorEndpoint),
  ].join('\n');
}

function changed({ files: { changes } }: Project, dryRun: boolean): string[] {
  if (changes.length === 0) return ['Nothing to change.', ''];
  const width = Math.max(...changes.map(({ path }) => path.length));
  return [
    dryRun ? 'Dry run: no files were written. Would change:' : 'Changed:',
    ...changes.map(
      ({ path, created, summary }) => `  ${path.padEnd(width)}  ${created ? 'new: ' : ''}${summary}`,
    ),
    '',
  ];
}

function byHand({ files: { manualSteps } }: Project): string[] {
  return manualSteps.flatMap(({ path, reason, lines }) => [
    `To do by hand in ${path}: ${reason}. Add:`,
    '',
    ...lines.split('\n').map((line) => (line === '' ? '' : `    ${line}`)),
    '',
  ]);
}

/** The routes are the module's defaults. At startup the module prints those of the app. */
function uris(baseUrl: string): string[] {
  return [
    'Register these URIs for a Traditional web application in Logto Console (not needed for the emulator):',
    `  redirect URI           ${baseUrl}/logto/sign-in-callback`,
    `  post sign-out URI      ${baseUrl}`,
    `  back-channel logout    ${baseUrl}/logto/back-channel-logout  (with "session required")`,
    '',
  ];
}

function nextSteps({ files, manifest }: Project, baseUrl: string, usesEmulator: boolean): string[] {
  const manager = packageManager(files);
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  const start = manifest.scripts?.['start:dev'] === undefined ? 'start' : 'start:dev';
  const emulator = [
    ...('oidc-provider' in installed
      ? []
      : [`${manager.installForDevelopment} oidc-provider    (the emulator needs it)`]),
    `${manager.run} logto    (starts the emulator; leave it running)`,
  ];
  const steps = [
    ...('nestjs-logto' in installed ? [] : [`${manager.install} nestjs-logto`]),
    ...(usesEmulator ? emulator : []),
    `${manager.run} ${start}${usesEmulator ? '    (in another terminal)' : ''}`,
    `Open ${baseUrl}/logto/sign-in${usesEmulator ? ' and sign in as ada, with the password lovelace' : ''}.`,
  ];
  return ['Next:', ...steps.map((step, index) => `  ${index + 1}. ${step}`), ''];
}

interface PackageManager {
  run: string;
  install: string;
  installForDevelopment: string;
}

function packageManager(files: Project['files']): PackageManager {
  if (files.read('pnpm-lock.yaml') !== undefined) {
    return { run: 'pnpm run', install: 'pnpm add', installForDevelopment: 'pnpm add --save-dev' };
  }
  if (files.read('yarn.lock') !== undefined) {
    return { run: 'yarn run', install: 'yarn add', installForDevelopment: 'yarn add --dev' };
  }
  return { run: 'npm run', install: 'npm install', installForDevelopment: 'npm install --save-dev' };
}
