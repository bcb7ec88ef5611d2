/** A class followed by its base classes, the nearest first. A handler has none. */
export function withBaseClasses(subject: object): object[] {
  const base: unknown = Object.getPrototypeOf(subject);
  return typeof base === 'function' && base !== Function.prototype
    ? [subject, ...withBaseClasses(base)]
    : [subject];
}
