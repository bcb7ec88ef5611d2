import type { TestingModuleBuilder } from '@nestjs/testing';
import { leaks } from '../../support/runner/leaks.js';
import { watchLogs } from '../../support/app/options.js';

/** Starts the app of a testing module and closes it. @returns the lines that were logged */
export async function loggedAtStart(builder: TestingModuleBuilder): Promise<string[]> {
  const logs = watchLogs();
  const app = (await builder.compile()).createNestApplication({ logger: leaks });
  await app.init();
  await app.close();
  return logs();
}
