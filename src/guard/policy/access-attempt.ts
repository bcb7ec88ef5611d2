import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Credential } from '../../options/credential.js';
import type { AccessPolicy } from './access-policy.js';
import type { Principal } from '../requirements/principal.js';

/** A request that a guard decides on. */
export interface AccessAttempt {
  readonly host: ExecutionContext;
  /** A fork of the request once a token has set another user than that of its session. */
  request: Request;
  readonly policy: AccessPolicy;
  /** The credentials that the route accepts. */
  readonly accept: readonly Credential[];
  /** The user, once authenticated. */
  principal?: Principal;
}
