/** A class with its base classes, the nearest first; a handler alone. */
export function lineageOf(subject: object): object[] {
  const base: unknown = Object.getPrototypeOf(subject);
  return typeof base === 'function' && base !== Function.prototype
    ? [subject, ...lineageOf(base)]
    : [subject];
}
