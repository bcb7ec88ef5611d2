import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import { resources } from '../support/setup.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { requestsTable } from './requests-table.js';
import { signedIn } from './signed-in.js';

/** What events cost with a subscriber to all of them, on requests that publish one. */
export async function events(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Events';
  const resource = resources[0] ?? '';
  const path = `/token?resource=${encodeURIComponent(resource)}`;
  const sessions = await signedIn(
    await run.contenders(['nestjs-logto', 'nestjs-logto, with a subscriber'], { resources: [resource] }),
    run,
    path,
  );
  const tokens = await run.provider.call('accessTokens', 400);
  const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
  const apis = await run.contenders([
    'LogtoApiGuard, small cache',
    'LogtoApiGuard, small cache, with a subscriber',
  ]);
  const bearers = apis.map((contender) => ({ contender, target: { path: '/me', headers } }));
  const rounds = run.quick ? { rounds: 3, amount: 200, warmUp: 1 } : { rounds: 60, amount: 400, warmUp: 8 };
  const ofSessions = await runRounds(sessions, rounds, run.progress(title));
  const ofBearers = await runRounds(bearers, rounds, run.progress(title));
  return {
    title,
    method:
      'Requests that publish an event: an access token from the cache (one message), and a bearer token that is verified (one operation). Without a subscriber, and with one for each channel.',
    tables: [
      requestsTable('An access token from the cache', sessions, ofSessions, 'nestjs-logto'),
      requestsTable('A bearer token that is verified', bearers, ofBearers, 'LogtoApiGuard, small cache'),
    ],
    verdicts: [
      atLeast(
        'A cached access token with a subscriber, against none',
        ofSessions.ratio('nestjs-logto, with a subscriber', 'nestjs-logto', 'cpu'),
        0.97,
      ),
      atLeast(
        'A verified bearer token with a subscriber, against none',
        ofBearers.ratio('LogtoApiGuard, small cache, with a subscriber', 'LogtoApiGuard, small cache', 'cpu'),
        0.97,
      ),
    ],
  };
}
