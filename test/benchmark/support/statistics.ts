/** A figure with its 90 % confidence interval, from bootstrap resampling. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The number of resamplings. */
const resamplings = 1000;

/** The number of blocks that a resampling consists of. Blocks, because garbage collections affect several samples in a row. */
const parts = 10;

/**
 * The ratio of two sums of samples, where each pair of samples was taken at about the same time. Sums, because a median
 * would ignore garbage collections, which are a considerable part of the cost of a request.
 */
export function ratioOfSums(above: readonly number[], below: readonly number[]): Estimate {
  const length = Math.max(1, Math.floor(above.length / parts));
  const resampled = Array.from({ length: resamplings }, () => {
    const starts = Array.from({ length: parts }, () =>
      Math.floor(Math.random() * (above.length - length + 1)),
    );
    const drawn = (values: readonly number[]): number[] =>
      starts.flatMap((start) => values.slice(start, start + length));
    return sum(drawn(above)) / sum(drawn(below));
  }).toSorted((one, other) => one - other);
  return {
    value: sum(above) / sum(below),
    low: quantile(resampled, 0.05),
    high: quantile(resampled, 0.95),
  };
}

/** @param values at least one */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((one, other) => one - other),
    0.5,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
