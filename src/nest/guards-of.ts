/**
 * The classes of the guards that `@UseGuards()` names on a class, including its base classes, or on a handler. It takes
 * instances as well.
 *
 * Undocumented: the key of its metadata. This can go when the `DiscoveryService` of Nest returns the guards of a handler.
 */
export function guardsOf(subject: object): unknown[] {
  const guards = (Reflect.getMetadata(guardsMetadata, subject) ?? []) as unknown[];
  return guards.map((guard) => (typeof guard === 'object' && guard !== null ? guard.constructor : guard));
}

/** Whether a class itself, not a base class, has guards by `@UseGuards()`. */
export function hasOwnGuards(subject: object): boolean {
  return Reflect.hasOwnMetadata(guardsMetadata, subject);
}

const guardsMetadata = '__guards__';
