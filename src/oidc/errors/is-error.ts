/**
 * Whether a value is an error, including one of another realm: under Jest, the errors of Node's `fetch` are not instances
 * of `Error`, and a timeout is a `DOMException`.
 */
export function isError(value: unknown): value is Error {
  if (value instanceof Error) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, message } = value as Partial<Error>;
  return typeof name === 'string' && typeof message === 'string';
}
