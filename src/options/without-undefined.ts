/** A copy without the properties that are `undefined`: an option that is `undefined` does not override its default. */
export function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
