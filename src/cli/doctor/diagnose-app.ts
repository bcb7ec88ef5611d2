import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { settlesWithin } from '../../concurrency/settles-within.js';
import { withTimeout } from '../../concurrency/with-timeout.js';
import type { LogtoDiagnosis } from '../../diagnosis/logto-diagnosis.js';
import { LogtoService } from '../../logto.service.js';
import { failedStart } from './failed-start.js';
import { DoctorError } from './doctor-error.js';

/** How long an app may take to start and to stop, in milliseconds. */
const startTimeout = 30_000;
const stopTimeout = 5000;

/**
 * Starts an app without listening, and diagnoses it. Never rejects: an app that cannot start is a failed check.
 * @param load loads the root module
 */
export async function diagnoseApp(load: () => Promise<Type>): Promise<LogtoDiagnosis> {
  let app: INestApplicationContext;
  try {
    app = await withTimeout(
      () => start(load),
      startTimeout,
      () => new DoctorError(timeoutMessage, timeoutRemedy),
    );
  } catch (error) {
    return failedStart(error);
  }
  try {
    return await serviceOf(app).diagnose();
  } catch (error) {
    return failedStart(error);
  } finally {
    // An error while the app stops does not change the result.
    await settlesWithin(app.close(), stopTimeout);
  }
}

const timeoutMessage = `The app did not start within ${startTimeout / 1000} seconds.`;
const timeoutRemedy =
  'It may be waiting for a connection, for example to Redis or a database. Start those first.';

async function start(load: () => Promise<Type>): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext(await load(), { logger: false, abortOnError: false });
}

function serviceOf(app: INestApplicationContext): LogtoService {
  try {
    return app.get(LogtoService, { strict: false });
  } catch {
    throw new DoctorError(
      'The app does not import LogtoModule, or imports it from another copy of nestjs-logto.',
      'Pass the root module of the app, and run the nestjs-logto that is installed in it.',
    );
  }
}
