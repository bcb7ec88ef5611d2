import { toDiagnosis, type LogtoDiagnosis } from '../../diagnosis/logto-diagnosis.js';
import { LogtoException, LogtoOptionsException } from '../../logto.exceptions.js';
import { messageOf } from '../../message-of.js';
import { DoctorError } from './doctor-error.js';

/** The diagnosis of an app that does not start. */
export function failedStart(error: unknown): LogtoDiagnosis {
  if (error instanceof LogtoOptionsException) {
    return toDiagnosis(
      error.problems.map(({ option, remedy }) => ({
        name: `Option ${option}`,
        status: 'failed',
        asked: 'The options of LogtoModule',
        answer: remedy,
      })),
    );
  }
  const check = { name: 'Start', status: 'failed', asked: 'The app, started without listening' } as const;
  if (error instanceof DoctorError)
    return toDiagnosis([{ ...check, answer: error.message, remedy: error.remedy }]);
  const message = messageOf(error);
  const answer = error instanceof LogtoException ? `${error.code}: ${message}` : message;
  const remedy = 'Start the app itself, and fix what it reports.';
  return toDiagnosis([{ ...check, answer, ...(!(error instanceof LogtoException) && { remedy }) }]);
}
