import type { ContenderName } from '../contenders.js';
import { estimate, figure, type Table } from '../support/report.js';
import type { Workload, Samples } from '../support/rounds.js';

/** A row for each contender: its cost, and the ratio to the baseline. */
export function requestsTable(
  title: string,
  workloads: readonly Workload[],
  samples: Samples,
  baseline: ContenderName,
): Table {
  return {
    title,
    columns: ['', 'CPU µs/request', 'requests/s', `CPU, × ${baseline}`, `requests/s, × ${baseline}`],
    rows: workloads.map(({ contender: { name } }) => [
      name,
      figure(samples.mean(name, 'cpu')),
      figure(1e6 / samples.mean(name, 'time')),
      estimate(samples.ratio(name, baseline, 'cpu')),
      estimate(samples.ratio(name, baseline, 'time')),
    ]),
  };
}
