import { LogtoTestingError } from './logto-testing-error.js';

/** @throws LogtoTestingError `production_refused` with `NODE_ENV=production`, where test sign-ins must never work */
export function refuseProduction(): void {
  if (process.env['NODE_ENV'] !== 'production') return;
  throw new LogtoTestingError(
    'production_refused',
    'nestjs-logto/testing lets a request sign in as any user, so it does not work with NODE_ENV=production. Set NODE_ENV=test to run tests.',
  );
}
