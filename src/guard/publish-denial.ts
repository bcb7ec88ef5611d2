import { publish } from '../events/publish.js';
import { LogtoException } from '../logto.exceptions.js';
import type { AccessAttempt } from './policy/access-attempt.js';

/** Publishes that a guard has denied a request. */
export function publishDenial({ host, principal }: AccessAttempt, error: unknown): void {
  if (!(error instanceof LogtoException)) return;
  publish('nestjs-logto:access-denied', () => ({
    code: error.code,
    status: error.getStatus(),
    handler: `${host.getClass().name}.${host.getHandler().name}`,
    credential: principal?.credential,
    sub: principal?.context.claims?.sub,
  }));
}
