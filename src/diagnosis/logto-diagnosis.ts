import type { LogtoDiagnosisCheck } from './checks/logto-diagnosis-check.js';

/** The result of `LogtoService.diagnose()`. It contains no secrets. */
export interface LogtoDiagnosis {
  /** Whether no check has failed. Warnings do not count. */
  ok: boolean;
  checks: LogtoDiagnosisCheck[];
}

/** Maximum length of a text of a result, in characters. */
const maxLength = 2000;

/** The diagnosis of the results of all checks. */
export function toDiagnosis(results: LogtoDiagnosisCheck[]): LogtoDiagnosis {
  // With the members always in this order, for people who read the JSON.
  const checks = results.map(({ name, status, asked, answer, remedy }) => ({
    name: printable(name),
    status,
    asked: printable(asked),
    answer: printable(answer),
    ...(remedy !== undefined && { remedy: printable(remedy) }),
  }));
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

/** Replaces control characters, which terminals would interpret, and truncates the text: it may come from an untrusted server. */
function printable(text: string): string {
  const clean = text.slice(0, maxLength).replaceAll(/\p{Cc}+/gu, ' ');
  return text.length > maxLength ? `${clean}…` : clean;
}
