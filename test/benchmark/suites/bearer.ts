import type { ContenderName } from '../contenders.js';
import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { requestsTable } from './requests-table.js';

const peers: ContenderName[] = ['jose', 'passport-jwt', 'express-oauth2-jwt-bearer'];

/** The cost of a request with an access token that the app has verified before. */
export async function repeatedBearer(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Bearer tokens, ES384, the same again';
  const contenders = await run.contenders(['nest + interceptor', 'LogtoApiGuard', ...peers]);
  const [token = ''] = await run.provider.call('accessTokens', 1);
  const headers = [{ authorization: `Bearer ${token}` }];
  const workloads = contenders.map((contender) => ({ contender, target: { path: '/me', headers } }));
  const samples = await runRounds(
    workloads,
    run.quick ? { rounds: 3, amount: 200, warmUp: 1 } : { rounds: 100, amount: 300, warmUp: 15 },
    run.progress(title),
  );
  const ratios = peers.map((peer) => samples.ratio('LogtoApiGuard', peer, 'cpu'));
  // The peer that comes closest.
  const best = ratios.reduce((one, other) => (one.value < other.value ? one : other));
  return {
    title,
    method: 'One access token, sent with every request, as a client does while its token is valid.',
    tables: [requestsTable('', workloads, samples, 'nest + interceptor')],
    verdicts: [
      atLeast(
        'LogtoApiGuard, against Nest with one empty interceptor',
        samples.ratio('LogtoApiGuard', 'nest + interceptor', 'cpu'),
        0.85,
      ),
      atLeast('LogtoApiGuard, against the best peer', best, 7),
    ],
  };
}

/** The cost of a request with an access token that the app has not seen before. */
export async function freshBearer(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Bearer tokens, ES384, each for the first time';
  const contenders = await run.contenders(['LogtoApiGuard, small cache', ...peers]);
  const tokens = await run.provider.call('accessTokens', 400);
  const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
  const workloads = contenders.map((contender) => ({ contender, target: { path: '/me', headers } }));
  const samples = await runRounds(
    workloads,
    run.quick ? { rounds: 3, amount: 200, warmUp: 1 } : { rounds: 60, amount: 400, warmUp: 8 },
    run.progress(title),
  );
  return {
    title,
    method: '400 access tokens in turn, and a cache for 50, so that the module never finds one in its cache.',
    tables: [requestsTable('', workloads, samples, 'jose')],
    verdicts: [
      atLeast(
        'LogtoApiGuard, against bare jose',
        samples.ratio('LogtoApiGuard, small cache', 'jose', 'cpu'),
        1,
      ),
    ],
  };
}
