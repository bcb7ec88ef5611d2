import type { ContenderName } from '../contenders.js';
import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import { resources } from '../support/setup.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { requestsTable } from './requests-table.js';
import { signedIn } from './signed-in.js';

const [resource = ''] = resources;

const names: ContenderName[] = ['nestjs-logto', 'nestjs-logto, encrypted'];

const pages = [
  { title: 'A page', path: '/me' },
  { title: 'A page with an access token', path: `/token?resource=${encodeURIComponent(resource)}` },
];

/** What the encryption of the tokens in the store costs. */
export async function encryptedTokens(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Encrypted tokens';
  const contenders = await run.contenders(names, { resources: [resource] });
  const measured = [];
  for (const { title: page, path } of pages) {
    const workloads = await signedIn(contenders, run, path);
    const samples = await runRounds(
      workloads,
      run.quick ? { rounds: 3, amount: 300, warmUp: 1 } : { rounds: 100, amount: 300, warmUp: 15 },
      run.progress(`${title}: ${page}`),
    );
    measured.push({
      table: requestsTable(page, workloads, samples, 'nestjs-logto'),
      verdict: atLeast(
        `${page}, against the same app without encryption`,
        samples.ratio('nestjs-logto, encrypted', 'nestjs-logto', 'cpu'),
        0.97,
      ),
    });
  }
  return {
    title,
    method:
      'Signed-in requests with and without the option `encryption`, on MemoryStore. A page reads the session only. A page with an access token also reads the tokens, and decrypts them.',
    tables: measured.map(({ table }) => table),
    verdicts: measured.map(({ verdict }) => verdict),
  };
}
