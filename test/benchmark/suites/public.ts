import type { ContenderName } from '../contenders.js';
import { Browser } from '../../support/requests/browser.js';
import { atLeast, type SuiteResult, type Verdict } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { requestsTable } from './requests-table.js';

const names: ContenderName[] = [
  'nest + interceptor',
  'express-session + interceptor',
  'nestjs-logto',
  "nestjs-logto, app's session",
  'LogtoApiGuard',
  '@logto/express',
  'express-openid-connect',
];

/** The cost of an anonymous request to a route without a guard. */
export async function publicRoutes(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Anonymous requests to a public route';
  const contenders = await run.contenders(names);
  const workloads = contenders.map((contender) => ({ contender, target: { path: '/', headers: [{}] } }));
  const samples = await runRounds(
    workloads,
    run.quick ? { rounds: 3, amount: 300, warmUp: 1 } : { rounds: 120, amount: 400, warmUp: 15 },
    run.progress(title),
  );
  const clean: Verdict[] = [];
  for (const contender of contenders.filter(({ name }) => name.startsWith('nestjs-logto'))) {
    const { headers } = await new Browser(contender.baseUrl).open('/');
    const entries = await contender.remote.call('countEntries');
    const cookies = headers.getSetCookie().length;
    clean.push({
      what: `Sessions created and cookies set by ${contender.name}`,
      measured: `${entries}, ${cookies}`,
      target: '0, 0',
      met: entries === 0 && cookies === 0,
    });
  }
  return {
    title,
    method:
      'A page without a guard, requested without a cookie. The apps without the module have one empty interceptor, and the same session where the module has one.',
    tables: [requestsTable('', workloads, samples, 'express-session + interceptor')],
    verdicts: [
      atLeast(
        'The module with its own session, against the same app with one empty interceptor',
        samples.ratio('nestjs-logto', 'express-session + interceptor', 'cpu'),
        0.97,
      ),
      atLeast(
        "The module over the app's session, against the same app with one empty interceptor",
        samples.ratio("nestjs-logto, app's session", 'express-session + interceptor', 'cpu'),
        0.97,
      ),
      atLeast(
        'The module without a session, against the same app with one empty interceptor',
        samples.ratio('LogtoApiGuard', 'nest + interceptor', 'cpu'),
        0.97,
      ),
      ...clean,
    ],
  };
}
