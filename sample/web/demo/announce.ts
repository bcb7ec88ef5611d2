import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { people } from './people.js';

/** Prints the URL to open and the accounts to sign in with. */
export function announce(embedded: LogtoEmulator | undefined): void {
  const { LOGTO_BASE_URL: baseUrl, LOGTO_ENDPOINT: endpoint } = process.env;
  const about = embedded ? [...accountLines(), '', ...logtoLines(embedded)] : [`Logto       ${endpoint}`];
  const lines = [`Open        ${baseUrl}`, '', ...about, '', 'Stop        Ctrl-C'];
  console.log(`\n${lines.map((line) => (line ? `  ${line}` : '')).join('\n')}\n`);
}

function accountLines(): string[] {
  const signIns = people.map(({ username, password }) => `${username} / ${password}`);
  const width = Math.max(...signIns.map(({ length }) => length));
  return people.map(({ name, roles }, index) => {
    const label = index === 0 ? 'Sign in as  ' : ' '.repeat(12);
    return `${label}${signIns[index]?.padEnd(width)}   ${[name, ...roles].join(', ')}`;
  });
}

function logtoLines({ endpoint }: LogtoEmulator): string[] {
  return [
    `Logto       ${endpoint}, an emulator in this process; its data is lost when it ends`,
    '            To use your own Logto, set LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET',
  ];
}
