/** Whether an error of Node's has this code; not by `instanceof`, which fails between realms, as under Jest. */
export function hasCode(error: unknown, code: string): boolean {
  return error !== null && typeof error === 'object' && 'code' in error && error.code === code;
}
