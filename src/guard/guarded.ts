import { LogtoGuard } from './logto.guard.js';

/** Metadata of Nest that has no public name: what `@UseGuards()` writes. */
const guardsMetadata = '__guards__';

/** Whether a guard of this library stands on a class, a base class included, or on a handler. */
export function isGuarded(subject: object, by: typeof LogtoGuard = LogtoGuard): boolean {
  return hasGuard(Reflect.getMetadata(guardsMetadata, subject), by);
}

/** Whether a guard of this library stands on a class or handler itself. */
export function hasOwnGuard(subject: object): boolean {
  return hasGuard(Reflect.getOwnMetadata(guardsMetadata, subject), LogtoGuard);
}

/** Whether a class is a guard of this library. */
export function isLogtoGuard(type: unknown, kind: typeof LogtoGuard = LogtoGuard): boolean {
  return typeof type === 'function' && (type === kind || type.prototype instanceof kind);
}

function hasGuard(guards: unknown, kind: typeof LogtoGuard): boolean {
  return ((guards ?? []) as unknown[]).some((guard) => guard instanceof kind || isLogtoGuard(guard, kind));
}
