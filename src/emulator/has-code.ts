/** Whether an error has this Node.js error code. Does not use `instanceof Error`, which fails across realms, as in Jest. */
export function hasCode(error: unknown, code: string): boolean {
  return error !== null && typeof error === 'object' && 'code' in error && error.code === code;
}
