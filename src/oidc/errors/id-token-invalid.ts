import { LogtoException } from '../../logto.exceptions.js';
import type { ProviderClock } from '../calls/provider-clock.js';

/** How the times of a token were checked. */
export interface ClockCheck {
  readonly clock: ProviderClock;
  /** `http.clockTolerance`, in seconds. */
  readonly tolerance: number;
}

/**
 * The error for an ID token that failed validation.
 * @param clockCheck if the token failed because of its times: the message then describes the clock skew
 */
export function idTokenInvalid(
  message: string,
  { cause, clockCheck }: { cause?: unknown; clockCheck?: ClockCheck | undefined } = {},
): LogtoException {
  const skew = clockCheck?.clock.describeSkew(clockCheck.tolerance);
  return new LogtoException('id_token_invalid', skew === undefined ? message : `${message} ${skew}`, {
    status: 401,
    publicMessage: 'Your sign-in could not be verified. Start it again.',
    cause,
  });
}
