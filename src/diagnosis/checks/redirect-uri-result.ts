import { formatAnswer, type ProbeAnswer } from '../probe/probe-answer.js';
import { consoleApplication } from './application-remedies.js';
import { skipped, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** The part of an authorization request that Logto rejected. */
export type RejectedPart = 'application' | 'secret' | 'redirect URI';

/**
 * The result for the redirect URI.
 * @param authRoutes whether the app signs in by the module's routes. Otherwise it may use another redirect URI.
 */
export function redirectUriResult(
  uri: string,
  authRoutes: boolean,
  {
    rejected,
    answer,
    endpoint,
  }: { rejected: RejectedPart | undefined; answer: ProbeAnswer; endpoint: string },
): LogtoDiagnosisCheck {
  const name = 'Redirect URI';
  if (rejected === 'application' || rejected === 'secret')
    return skipped(name, `Logto did not accept the ${rejected}.`);
  const base = { name, asked: `POST ${endpoint} with the redirect URI ${uri}` };
  if (!rejected) return { ...base, status: 'ok', answer: 'registered' };
  const remedy = `Add ${uri} in ${consoleApplication} > Redirect URIs.`;
  const text = formatAnswer(answer);
  return authRoutes
    ? { ...base, status: 'failed', answer: text, remedy }
    : {
        ...base,
        status: 'warning',
        answer: text,
        remedy: `${remedy} That is not necessary if you pass another \`redirectUri\` to signIn().`,
      };
}
