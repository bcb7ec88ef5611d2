import type { ContenderName } from '../contenders.js';
import { atLeast, type SuiteResult } from '../support/report.js';
import { runRounds } from '../support/rounds.js';
import type { Stage } from '../support/stage.js';
import { requestsTable } from './requests-table.js';

const peers: ContenderName[] = ['jose', 'passport-jwt', 'express-oauth2-jwt-bearer'];

/** What a request costs that carries an access token which was seen before. */
export async function repeatedBearer(stage: Stage): Promise<SuiteResult> {
  const title = 'Bearer tokens, ES384, the same again';
  const contenders = await stage.contenders(['nest', 'LogtoApiGuard', ...peers]);
  const [token = ''] = await stage.provider.ask('accessTokens', 1);
  const headers = [{ authorization: `Bearer ${token}` }];
  const entrants = contenders.map((contender) => ({ contender, target: { path: '/me', headers } }));
  const samples = await runRounds(
    entrants,
    stage.quick ? { rounds: 3, amount: 200, warmUp: 1 } : { rounds: 100, amount: 300, warmUp: 15 },
    stage.progress(title),
  );
  const ratios = peers.map((peer) => samples.ratio('LogtoApiGuard', peer, 'cpu'));
  // Against the peer that comes closest.
  const best = ratios.reduce((one, other) => (one.value < other.value ? one : other));
  return {
    title,
    method:
      'The token of one client, sent with each of its requests, as clients do for as long as it is valid.',
    tables: [requestsTable('', entrants, samples, 'nest')],
    verdicts: [
      atLeast('LogtoApiGuard, against Nest alone', samples.ratio('LogtoApiGuard', 'nest', 'cpu'), 0.9),
      atLeast('LogtoApiGuard, against the best peer', best, 5),
    ],
  };
}

/** What a request costs whose access token was never seen before. */
export async function freshBearer(stage: Stage): Promise<SuiteResult> {
  const title = 'Bearer tokens, ES384, each for the first time';
  const contenders = await stage.contenders(['LogtoApiGuard, small cache', ...peers]);
  const tokens = await stage.provider.ask('accessTokens', 400);
  const headers = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
  const entrants = contenders.map((contender) => ({ contender, target: { path: '/me', headers } }));
  const samples = await runRounds(
    entrants,
    stage.quick ? { rounds: 3, amount: 200, warmUp: 1 } : { rounds: 60, amount: 400, warmUp: 8 },
    stage.progress(title),
  );
  return {
    title,
    method:
      'Four hundred tokens in turn, and a cache that holds fifty, so that the module finds none of them there.',
    tables: [requestsTable('', entrants, samples, 'jose')],
    verdicts: [
      atLeast(
        'LogtoApiGuard, against bare jose',
        samples.ratio('LogtoApiGuard, small cache', 'jose', 'cpu'),
        1,
      ),
    ],
  };
}
