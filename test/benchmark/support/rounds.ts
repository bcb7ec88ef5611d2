import type { ContenderName } from '../contenders.js';
import type { ContenderProcess } from './contender-process.js';
import { load, type Sample, type Target } from './load.js';
import type { Progress } from './progress.js';
import { mean, ratioOfSums, type Estimate } from './statistics.js';

/** Who takes part, and what they are sent. */
export interface Entrant {
  readonly contender: ContenderProcess;
  readonly target: Target;
}

/** How much is measured: many short rounds, so that what else the machine does in one meets everybody. */
export interface Size {
  readonly rounds: number;
  /** Requests a round. */
  readonly amount: number;
  /** Rounds before those that count. */
  readonly warmUp: number;
}

/** The samples of each contender, round by round. */
export class Samples {
  private readonly samples = new Map<string, Sample[]>();

  add(name: string, sample: Sample): void {
    const known = this.samples.get(name);
    if (known) known.push(sample);
    else this.samples.set(name, [sample]);
  }

  mean(name: ContenderName, of: keyof Sample): number {
    return mean(this.values(name, of));
  }

  /** How a contender does against another: above one it is the cheaper or the faster one. */
  ratio(name: ContenderName, baseline: ContenderName, of: keyof Sample): Estimate {
    return ratioOfSums(this.values(baseline, of), this.values(name, of));
  }

  private values(name: ContenderName, of: keyof Sample): number[] {
    return (this.samples.get(name) ?? []).map((sample) => sample[of]);
  }
}

/** Lets everybody run in turn, round by round, each round in another order. */
export async function runRounds(
  entrants: readonly Entrant[],
  { rounds, amount, warmUp }: Size,
  progress: Progress,
): Promise<Samples> {
  const samples = new Samples();
  for (let round = -warmUp; round < rounds; round += 1) {
    progress.round(round, rounds);
    const first = (round + warmUp) % entrants.length;
    for (const { contender, target } of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      const sample = await load(contender, target, amount);
      if (round >= 0) samples.add(contender.name, sample);
    }
  }
  return samples;
}
