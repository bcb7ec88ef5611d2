import { LogtoTestingError } from './logto-testing-error.js';

/**
 * What signs everybody in by a word must not get into production, by whatever mistake.
 * @throws LogtoTestingError `production_refused`
 */
export function refuseProduction(): void {
  if (process.env['NODE_ENV'] !== 'production') return;
  throw new LogtoTestingError(
    'production_refused',
    'nestjs-logto/testing lets anybody be anybody, so it does not work with NODE_ENV=production. In a test run say NODE_ENV=test.',
  );
}
