import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { ContenderName } from '../contenders.js';
import { figure, type SuiteResult } from '../support/report.js';
import { shortLived } from '../support/setup.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { median } from '../support/statistics.js';

const names: ContenderName[] = ['nestjs-logto', '@logto/express'];
const parallel = 50;

/** Parallel requests of one session whose access token has just expired. */
export async function expiredToken(run: BenchmarkRun): Promise<SuiteResult> {
  const title = `${parallel} parallel requests on an expired token`;
  const progress = run.progress(title);
  const rounds = run.quick ? 1 : 5;
  const contenders = await run.contenders(names, { resources: [shortLived.indicator] });
  const found = new Map<string, { requests: number[]; milliseconds: number[]; refused: number[] }>();
  for (let round = 0; round < rounds; round += 1) {
    progress.round(round, rounds);
    for (const contender of contenders) {
      const browser = await contender.signIn(run.provider);
      await browser.open('/short-lived');
      await setTimeout((shortLived.lifetime + 0.2) * 1000);
      await run.provider.call('requests');
      const start = performance.now();
      const pages = await Promise.all(Array.from({ length: parallel }, () => browser.open('/short-lived')));
      const milliseconds = performance.now() - start;
      const { token = 0 } = await run.provider.call('requests');
      const of = found.get(contender.name) ?? { requests: [], milliseconds: [], refused: [] };
      of.requests.push(token);
      of.milliseconds.push(milliseconds);
      of.refused.push(pages.filter(({ status }) => status !== 200).length);
      found.set(contender.name, of);
    }
  }
  const typical = (name: ContenderName, of: 'requests' | 'milliseconds' | 'refused'): number =>
    median(found.get(name)?.[of] ?? []);
  return {
    title,
    method:
      'One session, whose access token for an API resource has expired, requests a page 50 times in parallel.',
    tables: [
      {
        title: '',
        columns: ['', 'token requests', 'ms to the last response', 'responses other than 200'],
        rows: names.map((name) => [
          name,
          figure(typical(name, 'requests')),
          figure(typical(name, 'milliseconds')),
          figure(typical(name, 'refused')),
        ]),
      },
    ],
    verdicts: [
      {
        what: 'Token requests of the module',
        measured: figure(typical('nestjs-logto', 'requests')),
        target: '1',
        met: typical('nestjs-logto', 'requests') === 1,
      },
    ],
  };
}
