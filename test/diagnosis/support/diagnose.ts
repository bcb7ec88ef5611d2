import type { LogtoDiagnosis, LogtoDiagnosisCheck, LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startApp } from '../../support/app/app.js';

/** Starts an app and diagnoses it. */
export async function diagnose(
  issuer: Pick<LogtoEmulator, 'endpoint'>,
  logto: Partial<LogtoModuleOptions & { authRoutes: boolean }> = {},
): Promise<LogtoDiagnosis> {
  const app = await startApp({ issuer, logto });
  try {
    return await app.logto.diagnose();
  } finally {
    await app.close();
  }
}

/** The checks that failed or have a warning, by name. */
export function findings({ checks }: LogtoDiagnosis): Record<string, LogtoDiagnosisCheck> {
  const found = checks.filter(({ status }) => status === 'failed' || status === 'warning');
  return Object.fromEntries(found.map((check) => [check.name, check]));
}

/** The status of each check, by name. */
export function statuses({ checks }: LogtoDiagnosis): Record<string, LogtoDiagnosisCheck['status']> {
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}
