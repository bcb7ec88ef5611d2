import type { ContenderName } from '../contenders.js';
import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { requestsTable } from './requests-table.js';
import { signedIn } from './signed-in.js';

const names: ContenderName[] = [
  'nest',
  'express-session',
  'express-session + interceptor',
  'nestjs-logto',
  "nestjs-logto, app's session",
  '@logto/express',
  'express-openid-connect',
];

/** The cost of a signed-in request, on one store. */
async function onStore(run: BenchmarkRun, kind: 'memory' | 'redis'): Promise<SuiteResult> {
  const title = `Signed-in requests, ${kind === 'redis' ? 'Redis' : 'MemoryStore'}`;
  const store = kind === 'redis' ? { kind, url: (await run.redis()).url } : { kind };
  const all: ContenderName[] = kind === 'redis' ? names : [...names, 'express-openid-connect, cookie'];
  const workloads = await signedIn(await run.contenders(all, { store }), run);
  const samples = await runRounds(
    workloads,
    run.quick ? { rounds: 3, amount: 300, warmUp: 1 } : { rounds: 120, amount: 300, warmUp: 15 },
    run.progress(title),
  );
  return {
    title,
    method:
      'The same page of the same Nest app, for a signed-in user. It is protected by `LogtoGuard` and reads `@AuthUser()`, or by `withLogto` or `requiresAuth()`, or the handler reads the session itself.',
    tables: [requestsTable('', workloads, samples, 'express-session')],
    verdicts: [
      atLeast(
        'The module with its own session, against Nest + express-session',
        samples.ratio('nestjs-logto', 'express-session', 'cpu'),
        1.1,
      ),
      atLeast(
        "The module over the app's session, against the same app with one empty interceptor",
        samples.ratio("nestjs-logto, app's session", 'express-session + interceptor', 'cpu'),
        1,
      ),
      atLeast(
        'The module, against @logto/express',
        samples.ratio('nestjs-logto', '@logto/express', 'cpu'),
        1.2,
      ),
      atLeast(
        "The module over the app's session, against @logto/express",
        samples.ratio("nestjs-logto, app's session", '@logto/express', 'cpu'),
        1.2,
      ),
      atLeast(
        'The module, against express-openid-connect on the same store',
        samples.ratio('nestjs-logto', 'express-openid-connect', 'cpu'),
        1,
      ),
      ...(kind === 'redis'
        ? []
        : [
            atLeast(
              'The module, against express-openid-connect as it comes, with the session in a cookie',
              samples.ratio('nestjs-logto', 'express-openid-connect, cookie', 'cpu'),
              2.5,
            ),
          ]),
    ],
  };
}

export const sessionOnMemory = (run: BenchmarkRun): Promise<SuiteResult> => onStore(run, 'memory');
export const sessionOnRedis = (run: BenchmarkRun): Promise<SuiteResult> => onStore(run, 'redis');
