import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { codeOf, connectionFailure } from '../../oidc/errors/connection-failure.js';
import { isError } from '../../oidc/errors/is-error.js';
import { redactTokens } from '../../oidc/errors/redact-error.js';

/** Logto's response to a request of a diagnosis. */
export interface ProbeAnswer {
  /** The HTTP status. `undefined` if there was no response. */
  readonly status: number | undefined;
  /** The OAuth error code. */
  readonly error?: string | undefined;
  /** Logto's description of the error, or why there was no response. */
  readonly description?: string | undefined;
  /** Why there was no response, if the remedy depends on it. */
  readonly reason?: FailureReason | undefined;
}

/** `tls` if the server does not support https:, `certificate` if Node does not trust its certificate. */
export type FailureReason = 'tls' | 'certificate';

/** The answer in a line: `401 invalid_client: client authentication failed`. */
export function formatAnswer({ status, error, description }: ProbeAnswer): string {
  if (status === undefined) return description ?? 'no response';
  const code = error === undefined ? `${status}` : `${status} ${error}`;
  return description === undefined ? code : `${code}: ${description}`;
}

/** The answer in the body of an error response, which may be a page of another server. */
export function answerWithBody(status: number, body: unknown): ProbeAnswer {
  if (status < 400 || typeof body !== 'object' || body === null) return { status };
  const { error, error_description: description } = body as Record<string, unknown>;
  return {
    status,
    error: typeof error === 'string' ? redactTokens(error) : undefined,
    description: typeof description === 'string' ? redactTokens(description) : undefined,
  };
}

/** The answer in an error of openid-client or `fetch`. */
export function answerIn(error: unknown): ProbeAnswer {
  if (error instanceof ResponseBodyError)
    return answerWithBody(error.status, {
      error: error.error,
      error_description: error.error_description,
    });
  if (error instanceof WWWAuthenticateChallengeError)
    return answerWithBody(error.status, error.cause[0]?.parameters);
  if (error instanceof ClientError) {
    const { status } = (error.cause ?? {}) as { status?: unknown };
    if (typeof status === 'number') return { status, description: 'not a response from Logto' };
  }
  return { status: undefined, ...failure(error) };
}

/** Why a request got no response. */
function failure(error: unknown): Pick<ProbeAnswer, 'description' | 'reason'> {
  if (connectionFailure(error) === 'timeout') return { description: 'no response in time' };
  const codes = codesOf(error);
  for (const code of codes) {
    const [, text, reason] = failures.find(([pattern]) => pattern.test(code)) ?? [];
    if (text !== undefined) return { description: `${text} (${code})`, reason };
  }
  return { description: codes[0] === undefined ? 'no response' : `no response (${codes[0]})` };
}

const failures: [pattern: RegExp, text: string, reason?: FailureReason][] = [
  [/^ECONNREFUSED$/, 'connection refused'],
  [/^(ENOTFOUND|EAI_)/, 'unknown host'],
  [/^(ERR_SSL|EPROTO)/, 'no TLS', 'tls'],
  [/CERT|SELF_SIGNED|LEAF_SIGNATURE/, 'certificate not accepted', 'certificate'],
];

/** The error codes of Node and undici in an error and its causes. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!isError(error) || depth > 8) return [];
  return [codeOf(error), ...codesOf(error.cause, depth + 1)].filter((code) => code !== '');
}
