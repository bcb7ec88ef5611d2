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

/** The result of a check that does not apply. */
export function skipped(name: string, reason: string): LogtoDiagnosisCheck {
  return { name, status: 'skipped', asked: '', answer: reason };
}

/** The result of a check of sign-ins for an app that has none. */
export function skippedWithoutSignIn(name: string): LogtoDiagnosisCheck {
  return skipped(name, 'The app has no sign-in: it only accepts bearer tokens.');
}

/** The result of a check of the session's options for an app that mounts the session itself. */
export function skippedForOwnSession(name: string): LogtoDiagnosisCheck {
  const reason = 'The app mounts its own session middleware. This can only be checked during a request.';
  return skipped(name, reason);
}
