import { Injectable } from '@nestjs/common';
import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { LogtoException } from '../../logto.exceptions.js';
import type { ProviderCall } from './provider-call.js';

/** A call to Logto that has ended. */
export interface RecordedCall {
  readonly call: ProviderCall;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** The code of its error. `undefined` if Logto responded. */
  readonly code: LogtoErrorCode | undefined;
}

/**
 * Remembers the last calls to Logto, for health checks. A user's request that Logto rejects counts as a response. A call
 * fails if Logto is unavailable, or if it rejects the application.
 */
@Injectable()
export class ProviderCallLog {
  /** The last call that Logto responded to. */
  lastSuccess: RecordedCall | undefined;
  /** The last call that failed. */
  lastFailure: RecordedCall | undefined;
  /** The last request for the discovery document. */
  lastDiscovery: RecordedCall | undefined;
  private last: RecordedCall | undefined;

  /** Whether the last call failed. `undefined` before the first call. */
  get isFailing(): boolean | undefined {
    return this.last && this.last.code !== undefined;
  }

  /** @param error what the call was rejected with */
  record(call: ProviderCall, error?: unknown): void {
    const recorded = { call, at: Date.now(), code: failureCode(error) };
    this.last = recorded;
    if (recorded.code === undefined) this.lastSuccess = recorded;
    else this.lastFailure = recorded;
    if (call === 'discovery') this.lastDiscovery = recorded;
  }
}

function failureCode(error: unknown): LogtoErrorCode | undefined {
  const failed = error instanceof LogtoException && (error.transient || error.needsOperator);
  return failed ? error.code : undefined;
}
