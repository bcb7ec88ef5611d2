import { LogtoException } from '../../logto.exceptions.js';

/** 401: a token that is not valid here. `code`: `invalid_token`. */
export class InvalidTokenException extends LogtoException {
  /**
   * @param clientMessage what the program that sent it reads: about the token, in ASCII, for it goes into a header
   * @param operatorMessage what an operator has to fix, about this server; none where nothing here is wrong
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

  /** Whether an operator has something to fix. */
  readonly isForOperator: boolean;
}

/** A claim of an unverified token, made safe for a log: the sender may have chosen it. */
export function quotedClaim(value: unknown): string {
  const text = [value].flat().join(', ');
  const plain = text.replace(/[^\x21\x23-\x7e]+/g, ' ');
  return `"${plain.length > 100 ? `${plain.slice(0, 100)}...` : plain}"`;
}
