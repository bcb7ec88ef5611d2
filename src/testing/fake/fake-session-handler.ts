import { randomBytes } from 'node:crypto';
import { BadRequestException } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { mountsExpressSession } from '../../nest/http/mounts-express-session.js';
import { LogtoTestingError } from '../logto-testing-error.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { TestSignIns } from '../test-sign-ins.js';
import type { FakeLocalUsers } from './fake-local-users.js';
import type { FakeLogto } from './fake-logto.js';

/**
 * The session middleware in tests. It also adds the bearer tokens of test users before guards run.
 * @param mounted the module's session middleware; undefined if the app mounts a session in main.ts, which tests do
 * not run. An in-memory session replaces it then.
 */
export function fakeSessionHandler(
  mounted: RequestHandler | undefined,
  logto: FakeLogto,
  signIns: TestSignIns,
  localUsers: FakeLocalUsers,
): RequestHandler {
  const { client } = logto.options;
  const inMemory = session({
    secret: randomBytes(32).toString('base64url'),
    resave: false,
    saveUninitialized: false,
  });
  return (request, response, next) => {
    try {
      const signIn = signIns.of(request)?.signIn;
      const isInSession = signIn?.as === 'session' && !signIn.expired;
      const finish = (failure?: unknown): void => {
        if (failure !== undefined || !isInSession) next(failure);
        else localUsers.prepareSession(request, logto.claims(signIn)).then(() => next(), next);
      };
      const proceed = (): void => {
        if (mounted) mounted(request, response, finish);
        else if (client && !mountsExpressSession(request)) inMemory(request, response, finish);
        else finish();
      };
      assertAccepted(signIn, logto);
      if (signIn?.as === 'bearer') void addBearerToken(request, signIn, logto).then(proceed, next);
      else proceed();
    } catch (error) {
      next(error instanceof LogtoTestingError ? new BadRequestException(error.message) : error);
    }
  };
}

/** A real token, which the guards verify as in production. */
async function addBearerToken(request: Request, signIn: TestSignIn, logto: FakeLogto): Promise<void> {
  request.headers.authorization = `Bearer ${await logto.bearerToken(signIn)}`;
}

/** @throws LogtoTestingError `credential_refused` for a session in an app without sessions */
function assertAccepted(signIn: TestSignIn | undefined, { options }: FakeLogto): void {
  if (signIn?.as !== 'session' || options.client) return;
  throw new LogtoTestingError(
    'credential_refused',
    'This app only takes bearer tokens, so it has no sessions. Remove `as: "session"`.',
  );
}
