import type { ContenderName } from '../contenders.js';
import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import type { Stage } from '../support/stage.js';
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

/** What a request of a signed-in user costs, on one store. */
async function onStore(stage: Stage, kind: 'memory' | 'redis'): Promise<SuiteResult> {
  const title = `Signed-in requests, ${kind === 'redis' ? 'Redis' : 'MemoryStore'}`;
  const store = kind === 'redis' ? { kind, url: (await stage.redis()).url } : { kind };
  const all: ContenderName[] = kind === 'redis' ? names : [...names, 'express-openid-connect, cookie'];
  const entrants = await signedIn(await stage.contenders(all, { store }), stage);
  const samples = await runRounds(
    entrants,
    stage.quick ? { rounds: 3, amount: 300, warmUp: 1 } : { rounds: 120, amount: 300, warmUp: 15 },
    stage.progress(title),
  );
  return {
    title,
    method:
      'The same page of the same Nest app, for a user who is signed in: behind `LogtoGuard` with `@AuthUser()`, `withLogto`, `requiresAuth()`, or read from the session by the handler.',
    tables: [requestsTable('', entrants, samples, 'express-session')],
    verdicts: [
      atLeast(
        'The module with its own session, against Nest + express-session',
        samples.ratio('nestjs-logto', 'express-session', 'cpu'),
        1.05,
      ),
      atLeast(
        "The module over the app's session, against the same with an empty interceptor",
        samples.ratio("nestjs-logto, app's session", 'express-session + interceptor', 'cpu'),
        0.97,
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
        2,
      ),
      ...(kind === 'redis'
        ? []
        : [
            atLeast(
              'The module, against express-openid-connect as it comes, with a cookie that holds the session',
              samples.ratio('nestjs-logto', 'express-openid-connect, cookie', 'cpu'),
              2,
            ),
          ]),
    ],
  };
}

export const sessionOnMemory = (stage: Stage): Promise<SuiteResult> => onStore(stage, 'memory');
export const sessionOnRedis = (stage: Stage): Promise<SuiteResult> => onStore(stage, 'redis');
