/**
 * A copy of data that is JSON, for somebody who may change it: what a handler does to its user is no business of
 * the next request, nor of the session. By hand, for `structuredClone` takes six times as long.
 */
export function cloneJson<T>(value: T): T;
export function cloneJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => cloneJson<unknown>(member));
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    // Assigned, it would become the copy's prototype.
    if (name !== '__proto__') copy[name] = cloneJson<unknown>(member);
  }
  return copy;
}
