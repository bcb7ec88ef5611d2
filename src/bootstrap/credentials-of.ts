import type { Type } from '@nestjs/common';
import { hasLogtoGuard } from '../guard/guard-metadata.js';
import { LogtoApiGuard } from '../guard/logto-api.guard.js';
import type { Method } from '../nest/decorated-methods-of.js';
import type { Credential } from '../options/credential.js';
import { withLogtoOf } from '../user/with-logto.decorator.js';

/** What the guards of a handler accept. `undefined` if it has no guard of this library. */
export function credentialsOf(type: Type, method: Method): readonly Credential[] | undefined {
  const { accept } = withLogtoOf(type, method);
  if (accept) return accept;
  if (hasLogtoGuard(method, LogtoApiGuard) || hasLogtoGuard(type, LogtoApiGuard)) return ['bearer'];
  return hasLogtoGuard(method) || hasLogtoGuard(type) ? ['session'] : undefined;
}
