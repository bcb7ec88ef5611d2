import type { OAuthErrorCode } from '../../logto.error-codes.js';

/** How a refusal is worded. */
export interface RefusalText {
  /** For the developer and the operator: what was refused, and the remedy. */
  readonly message: string;
  /** For a visitor in production. Without one the visitor is sent to the operator, who alone can do something. */
  readonly publicMessage?: string;
}

/** How the refusals of one call are worded, by Logto's name for each. */
export type RefusalTexts = Partial<Record<OAuthErrorCode, RefusalText>>;
