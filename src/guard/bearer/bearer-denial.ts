import { Injectable } from '@nestjs/common';
import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import { InvalidTokenException } from '../../oidc/errors/invalid-token.exception.js';
import { OperatorLog } from '../../operator-log.js';
import type { AccessAttempt } from '../policy/access-attempt.js';
import { BearerChallenge } from './bearer-challenge.js';

/** Denials that a token with more scopes does not change. */
const finalCodes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'user_not_allowed',
  'user_required',
]);

/** Denials of a valid token that point to a mistake in the app or in Logto Console. */
const operatorCodes: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'organization_mismatch',
  'roles_not_in_token',
]);

/**
 * Reports why a request with a bearer token is denied. The response says what is wrong with the token, and the log what is
 * wrong with this server.
 */
@Injectable()
export class BearerDenial {
  constructor(
    private readonly challenge: BearerChallenge,
    private readonly log: OperatorLog,
  ) {}

  /** Logs the reason, and sets the challenge. */
  report(attempt: AccessAttempt, error: unknown): void {
    if (!(error instanceof LogtoException)) return;
    const status = error.getStatus();
    if (status < 500) this.write(error);
    if (error.code === 'invalid_token')
      this.challenge.set(attempt, { error: 'invalid_token', error_description: clientMessageOf(error) });
    else if (error.code === 'invalid_request') this.challenge.set(attempt, { error: 'invalid_request' });
    else if (status === 403 && !finalCodes.has(error.code)) {
      const { scope } = error.getResponse() as { scope?: unknown };
      const scopes = typeof scope === 'string' ? this.challenge.scopesToRequest(attempt) : undefined;
      this.challenge.set(attempt, { error: 'insufficient_scope', scope: scopes });
    }
  }

  private write(error: LogtoException): void {
    const { code, message } = error;
    const isForOperator =
      error instanceof InvalidTokenException ? error.isForOperator : operatorCodes.has(code);
    // The key has nothing that the sender chooses, so that requests cannot flood the log.
    const key = `bearer ${code} ${clientMessageOf(error)}`;
    this.log.write(isForOperator ? 'warn' : 'debug', `${code}: ${message}`, { key });
  }
}

function clientMessageOf(error: LogtoException): string {
  return error instanceof InvalidTokenException ? error.clientMessage : error.detail;
}
