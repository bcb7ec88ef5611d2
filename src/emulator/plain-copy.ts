/**
 * A deep copy of JSON data.
 *
 * Not `structuredClone`: under Jest that gives objects of another realm, which the provider does not
 * take for plain objects.
 */
export function plainCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
