import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Credential } from '../user/with-logto.options.js';
import type { AccessPolicy } from './access-policy.js';

/** A request that wants to pass a guard. */
export interface AccessAttempt {
  readonly host: ExecutionContext;
  readonly request: Request;
  readonly plan: AccessPolicy;
  /** How its user may authenticate. */
  readonly accept: readonly Credential[];
}
