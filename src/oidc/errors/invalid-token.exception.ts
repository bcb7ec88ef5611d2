import { LogtoException } from '../../logto.exceptions.js';

/** 401: the token is not valid for this app. `code`: `invalid_token`. */
export class InvalidTokenException extends LogtoException {
  /**
   * @param clientMessage for the client that sent the token. It is ASCII, because it becomes a header.
   * @param operatorMessage what the operator of this app has to fix, if anything
   */
  constructor(
    readonly clientMessage: string,
    { operatorMessage, cause }: { operatorMessage?: string; cause?: unknown } = {},
  ) {
    super('invalid_token', [clientMessage, operatorMessage].filter(Boolean).join(' '), {
      status: 401,
      publicMessage: clientMessage,
      cause,
    });
    this.isForOperator = operatorMessage !== undefined;
    this.name = LogtoException.name;
  }

  /** Whether the operator has to fix something. */
  readonly isForOperator: boolean;
}

/** Quotes a claim of an unverified token for the log. The sender may have chosen its text. */
export function quoteClaim(value: unknown): string {
  const text = [value].flat().join(', ');
  const plain = text.replace(/[^\x21\x23-\x7e]+/g, ' ');
  return `"${plain.length > 100 ? `${plain.slice(0, 100)}...` : plain}"`;
}
