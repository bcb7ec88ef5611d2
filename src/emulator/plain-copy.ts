/** A deep copy of JSON data. In Jest, `structuredClone` creates objects that the provider does not accept as plain. */
export function plainCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
