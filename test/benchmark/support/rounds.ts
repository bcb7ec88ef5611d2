import type { ContenderName } from '../contenders.js';
import type { ContenderProcess } from './contender-process.js';
import { load, type Sample, type Target } from './load.js';
import type { Progress } from './progress.js';
import { mean, ratioOfSums, type Estimate } from './statistics.js';

/** A contender and the requests to send to it. */
export interface Workload {
  readonly contender: ContenderProcess;
  readonly target: Target;
}

/** How much is measured: many short rounds, so that other load on the machine affects all contenders. */
export interface Size {
  readonly rounds: number;
  /** Requests per round. */
  readonly amount: number;
  /** Rounds that are not counted, before the others. */
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

  /** Compares a contender with another one. Above 1, it is cheaper or faster. */
  ratio(name: ContenderName, baseline: ContenderName, of: keyof Sample): Estimate {
    return ratioOfSums(this.values(baseline, of), this.values(name, of));
  }

  private values(name: ContenderName, of: keyof Sample): number[] {
    return (this.samples.get(name) ?? []).map((sample) => sample[of]);
  }
}

/** Sends requests to one contender after the other, round by round, each round in another order. */
export async function runRounds(
  workloads: readonly Workload[],
  { rounds, amount, warmUp }: Size,
  progress: Progress,
): Promise<Samples> {
  const samples = new Samples();
  for (let round = -warmUp; round < rounds; round += 1) {
    progress.round(round, rounds);
    const first = (round + warmUp) % workloads.length;
    for (const { contender, target } of [...workloads.slice(first), ...workloads.slice(0, first)]) {
      const sample = await load(contender, target, amount);
      if (round >= 0) samples.add(contender.name, sample);
    }
  }
  return samples;
}
