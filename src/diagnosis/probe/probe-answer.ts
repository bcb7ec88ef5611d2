import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { codeOf, connectionFailure } from '../../oidc/errors/connection-failure.js';
import { isError } from '../../oidc/errors/is-error.js';
import { redactTokens } from '../../oidc/errors/redact-error.js';

/** What Logto answered to a request of a diagnosis. */
export interface ProbeAnswer {
  /** The HTTP status. `undefined` if there was no response. */
  readonly status: number | undefined;
  /** The OAuth error code. */
  readonly error?: string | undefined;
  /** Logto's description of the error, or why there was no response. */
  readonly description?: string | undefined;
}

/** The answer in a line: `401 invalid_client: client authentication failed`. */
export function formatAnswer({ status, error, description }: ProbeAnswer): string {
  if (status === undefined) return description ?? 'no answer';
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
    if (typeof status === 'number') return { status, description: 'not an answer from Logto' };
  }
  return { status: undefined, description: failureReason(error) };
}

/** Why a request got no response. */
function failureReason(error: unknown): string {
  if (connectionFailure(error) === 'timeout') return 'no answer in time';
  const codes = codesOf(error);
  for (const code of codes) {
    const [, reason] = reasons.find(([pattern]) => pattern.test(code)) ?? [];
    if (reason !== undefined) return `${reason} (${code})`;
  }
  return codes[0] === undefined ? 'no answer' : `no answer (${codes[0]})`;
}

const reasons: [pattern: RegExp, reason: string][] = [
  [/^ECONNREFUSED$/, 'connection refused'],
  [/^(ENOTFOUND|EAI_)/, 'unknown host'],
  [/^(ERR_SSL|EPROTO)/, 'no TLS'],
  [/CERT|SELF_SIGNED|LEAF_SIGNATURE/, 'certificate not accepted'],
];

/** The error codes of Node and undici in an error and its causes. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!isError(error) || depth > 8) return [];
  return [codeOf(error), ...codesOf(error.cause, depth + 1)].filter((code) => code !== '');
}
