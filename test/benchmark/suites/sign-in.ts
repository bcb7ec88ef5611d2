import { performance } from 'node:perf_hooks';
import type { ContenderName } from '../contenders.js';
import { atLeast, estimate, figure, type SuiteResult } from '../support/report.js';
import { Samples } from '../support/rounds.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';

const names: ContenderName[] = ['nestjs-logto', '@logto/express', 'express-openid-connect'];

/** The endpoints that the app calls. The browser calls the others. */
const backChannel: ReadonlySet<string> = new Set(['token', 'jwks', 'discovery', 'userinfo']);

/** Complete sign-ins, from the link to the first page, one after the other. */
export async function signIns(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Whole sign-ins';
  const progress = run.progress(title);
  const { rounds, amount, warmUp } = run.quick
    ? { rounds: 2, amount: 3, warmUp: 1 }
    : { rounds: 30, amount: 10, warmUp: 10 };
  const contenders = await run.contenders(names);
  const samples = new Samples();
  const requests = new Map<string, { first: number; later: number }>();
  for (let round = -warmUp; round < rounds; round += 1) {
    progress.round(round, rounds);
    for (const contender of contenders) {
      await run.provider.call('requests');
      const before = await contender.remote.call('cpu');
      const start = performance.now();
      for (let count = 0; count < amount; count += 1) await contender.signIn(run.provider);
      const time = ((performance.now() - start) * 1000) / amount;
      const cpu = ((await contender.remote.call('cpu')) - before) / amount;
      const asked = Object.entries(await run.provider.call('requests'))
        .filter(([endpoint]) => backChannel.has(endpoint))
        .reduce((sum, [, count]) => sum + count, 0);
      const known = requests.get(contender.name);
      requests.set(contender.name, { first: known?.first ?? asked, later: asked });
      if (round >= 0) samples.add(contender.name, { cpu, time });
    }
  }
  return {
    title,
    method:
      "From `/logto/sign-in` through the provider's pages and the callback to the first page, one after the other. The provider takes most of the time; CPU is that of the app only. Requests are those from the app to the provider.",
    tables: [
      {
        title: '',
        columns: [
          '',
          'sign-ins/s',
          'CPU ms/sign-in',
          'CPU, × @logto/express',
          `requests, first ${amount}`,
          `requests, last ${amount}`,
        ],
        rows: names.map((name) => [
          name,
          figure(1e6 / samples.mean(name, 'time')),
          figure(samples.mean(name, 'cpu') / 1000),
          estimate(samples.ratio(name, '@logto/express', 'cpu')),
          String(requests.get(name)?.first ?? 0),
          String(requests.get(name)?.later ?? 0),
        ]),
      },
    ],
    verdicts: [
      atLeast(
        'The module, against @logto/express',
        samples.ratio('nestjs-logto', '@logto/express', 'cpu'),
        1,
      ),
    ],
  };
}
