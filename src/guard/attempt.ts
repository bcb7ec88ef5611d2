import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Credential } from '../user/with-logto.options.js';
import type { AccessPlan } from './access-plans.js';

/** A request that wants to pass a guard. */
export interface Attempt {
  readonly host: ExecutionContext;
  readonly request: Request;
  readonly plan: AccessPlan;
  /** How its user may authenticate. */
  readonly accept: readonly Credential[];
}
