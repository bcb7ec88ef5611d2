import type { OAuthErrorCode } from '../../logto.error-codes.js';

/** The message for an OAuth error. */
export interface OAuthErrorText {
  /** For the developer and the operator: what was rejected, and the remedy. */
  readonly message: string;
  /** For a visitor in production. Without one, the visitor is asked to contact the operator. */
  readonly publicMessage?: string;
}

/** The messages of one call, by OAuth error code. */
export type OAuthErrorTexts = Partial<Record<OAuthErrorCode, OAuthErrorText>>;
