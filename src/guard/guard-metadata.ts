import { AccessGuard } from './access-guard.js';

/* Metadata of Nest that has no public name: what `@UseGuards()` writes, and what a class injects. */
const guardsMetadata = '__guards__';
const propertiesMetadata = 'self:properties_metadata';

/** Whether a guard of this library stands on a class, a base class included, or on a handler. */
export function hasLogtoGuard(subject: object, by: typeof AccessGuard = AccessGuard): boolean {
  return guardsOf(Reflect.getMetadata(guardsMetadata, subject)).some((guard) => isLogtoGuard(guard, by));
}

/** Whether a guard of this library stands on a class or handler itself. */
export function hasOwnLogtoGuard(subject: object): boolean {
  return guardsOf(Reflect.getOwnMetadata(guardsMetadata, subject)).some((guard) => isLogtoGuard(guard));
}

/** Whether a guard stands on a class or handler that injects one of this library, to ask it. */
export function hasDelegatingGuard(subject: object): boolean {
  return guardsOf(Reflect.getMetadata(guardsMetadata, subject)).some((guard) => injectsLogtoGuard(guard));
}

/** Whether a guard of the app's own stands on a class, a base class included, or on a handler. */
export function hasAppGuard(subject: object): boolean {
  const guards = (Reflect.getMetadata(guardsMetadata, subject) ?? []) as unknown[];
  return guards.some((guard) => !(guard instanceof AccessGuard) && !isLogtoGuard(guard));
}

/** Whether a class is a guard of this library. */
export function isLogtoGuard(type: unknown, kind: typeof AccessGuard = AccessGuard): boolean {
  return typeof type === 'function' && (type === kind || type.prototype instanceof kind);
}

/** Whether a class injects a guard of this library. */
export function injectsLogtoGuard(type: unknown): boolean {
  if (typeof type !== 'function') return false;
  const parameters = (Reflect.getMetadata('design:paramtypes', type) ?? []) as unknown[];
  const properties = (Reflect.getMetadata(propertiesMetadata, type) ?? []) as { type: unknown }[];
  return [...parameters, ...properties.map((property) => property.type)].some((one) => isLogtoGuard(one));
}

/** The classes of the guards that `@UseGuards()` names: it takes instances as well. */
function guardsOf(guards: unknown): unknown[] {
  return ((guards ?? []) as unknown[]).map((guard) =>
    typeof guard === 'object' && guard !== null ? guard.constructor : guard,
  );
}
