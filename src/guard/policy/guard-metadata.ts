import { guardsOf, hasOwnGuards } from '../../nest/guards-of.js';
import { injectedBy } from '../../nest/injected-by.js';
import { AccessGuard } from './access-guard.js';

/** Whether a class, including its base classes, or a handler uses a guard of this library. */
export function hasLogtoGuard(subject: object, kind: typeof AccessGuard = AccessGuard): boolean {
  return guardsOf(subject).some((guard) => isLogtoGuard(guard, kind));
}

/** Whether a class itself, or a handler, uses a guard of this library. */
export function hasOwnLogtoGuard(subject: object): boolean {
  return hasOwnGuards(subject) && hasLogtoGuard(subject);
}

/** Whether a class, including its base classes, or a handler uses a guard that injects one of this library to call it. */
export function hasDelegatingGuard(subject: object): boolean {
  return guardsOf(subject).some((guard) => injectsLogtoGuard(guard));
}

/** Whether a class, including its base classes, or a handler uses one of the app's own guards. */
export function hasAppGuard(subject: object): boolean {
  return guardsOf(subject).some((guard) => !isLogtoGuard(guard));
}

/** The guards of this library that a class, including its base classes, or a handler uses. */
export function logtoGuardsOf(subject: object): unknown[] {
  return logtoGuardsIn(guardsOf(subject));
}

/** The guards of this library among these classes, and those that they inject to call them. */
export function logtoGuardsIn(types: readonly unknown[]): unknown[] {
  return types.flatMap((type) =>
    isLogtoGuard(type) ? [type] : injectedBy(type).filter((one) => isLogtoGuard(one)),
  );
}

/** Whether a class is a guard of this library. */
export function isLogtoGuard(type: unknown, kind: typeof AccessGuard = AccessGuard): boolean {
  return typeof type === 'function' && (type === kind || type.prototype instanceof kind);
}

/** Whether a class injects a guard of this library. */
function injectsLogtoGuard(type: unknown): boolean {
  return injectedBy(type).some((one) => isLogtoGuard(one));
}
