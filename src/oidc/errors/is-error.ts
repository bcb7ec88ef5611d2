/**
 * Whether `value` is an error, of whichever realm: what Node's own `fetch` throws is no `instanceof Error` to
 * code that runs in a context of its own, as under Jest, and a timeout is a `DOMException`.
 */
export function isError(value: unknown): value is Error {
  if (value instanceof Error) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, message } = value as Partial<Error>;
  return typeof name === 'string' && typeof message === 'string';
}
