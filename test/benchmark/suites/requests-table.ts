import type { ContenderName } from '../contenders.js';
import { figure, spread, type Table } from '../support/report.js';
import type { Entrant, Samples } from '../support/rounds.js';

/** A row for each contender: what it cost, and how it stands against one of them. */
export function requestsTable(
  title: string,
  entrants: readonly Entrant[],
  samples: Samples,
  baseline: ContenderName,
): Table {
  return {
    title,
    columns: ['', 'CPU µs/request', 'requests/s', `CPU, × ${baseline}`, `requests/s, × ${baseline}`],
    rows: entrants.map(({ contender: { name } }) => [
      name,
      figure(samples.spread(name, 'cpu').median),
      figure(samples.spread(name, 'rate').median),
      spread(samples.ratio(name, baseline, 'cpu')),
      spread(samples.ratio(name, baseline, 'rate')),
    ]),
  };
}
