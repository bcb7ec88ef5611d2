/** The result of one check. */
export interface LogtoDiagnosisCheck {
  /** What was checked, for example `Redirect URI`. */
  name: string;
  /** `warning` for what works but is probably a mistake, `skipped` for a check that does not apply. */
  status: 'ok' | 'failed' | 'warning' | 'skipped';
  /** What was asked, for example `GET https://…`. Empty if the check was skipped. */
  asked: string;
  /** What came back, or why the check was skipped. */
  answer: string;
  /** What to change. */
  remedy?: string;
}

/** The result of `LogtoService.diagnose()`. It contains no secrets. */
export interface LogtoDiagnosis {
  /** Whether no check has failed. Warnings do not count. */
  ok: boolean;
  checks: LogtoDiagnosisCheck[];
}

/** Longest text of a result, in characters. */
const maxLength = 2000;

/** A check that does not apply. */
export function skipped(name: string, reason: string): LogtoDiagnosisCheck {
  return { name, status: 'skipped', asked: '', answer: reason };
}

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

/** A text without control characters, which terminals obey: part of it may come from whatever answers at `endpoint`. */
function printable(text: string): string {
  const clean = text.slice(0, maxLength).replaceAll(/\p{Cc}+/gu, ' ');
  return text.length > maxLength ? `${clean}…` : clean;
}
