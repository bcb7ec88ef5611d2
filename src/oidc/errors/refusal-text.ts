import type { OAuthErrorCode } from '../../logto.error-codes.js';

/** The message of a refusal. */
export interface RefusalText {
  /** For the developer and the operator: what was refused, and the remedy. */
  readonly message: string;
  /** For a visitor in production. Without one, the visitor is asked to contact the operator. */
  readonly publicMessage?: string;
}

/** The messages of one call, by OAuth error code. */
export type RefusalTexts = Partial<Record<OAuthErrorCode, RefusalText>>;
