import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoException } from '../logto.exceptions.js';

/** An exception without its cause, as other instances get it through the session store. */
export interface StoredException {
  readonly code: LogtoErrorCode;
  readonly message: string;
  readonly status: number;
  readonly transient: boolean;
  readonly needsOperator: boolean;
  readonly publicMessage: string;
}

/** Converts an exception into what is stored. */
export function storeException(exception: LogtoException): StoredException {
  const { code, message, transient, needsOperator, publicMessage } = exception;
  return { code, message, status: exception.getStatus(), transient, needsOperator, publicMessage };
}

/** Converts what is stored into an exception. */
export function restoreException({ code, message, ...init }: StoredException): LogtoException {
  return new LogtoException(code, message, init);
}
