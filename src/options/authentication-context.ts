import { LogtoAcr } from './logto-constants.js';

/** Logto's values, the weaker one first. */
const order: readonly string[] = [LogtoAcr.FirstFactor, LogtoAcr.Mfa];

/** An authentication context class in `acr_values`, which separates several by spaces. */
export const acrPattern = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether an authentication context satisfies a required one. Values that are not Logto's are compared exactly. */
export function satisfiesAcr(acr: string | undefined, required: string): boolean {
  if (acr === undefined || acr === required) return acr === required;
  return isLowerAcr(required, acr);
}

/** Whether an authentication context is lower than another one in Logto's order. */
export function isLowerAcr(acr: string, other: string): boolean {
  const rank = order.indexOf(acr);
  return rank !== -1 && rank < order.indexOf(other);
}

/** The values of `acrValues`: a list, or a string of them separated by spaces. */
export function acrValuesOf(acrValues: string | readonly string[] | undefined): string[] {
  return [acrValues ?? []].flat().flatMap((values) => values.split(' ').filter(Boolean));
}
