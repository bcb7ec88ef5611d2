import { randomBytes } from 'node:crypto';
import { BadRequestException } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { mountsExpressSession } from '../../nest/session-layers.js';
import { LogtoTestingError } from '../logto-testing-error.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { StandInLogto } from './stand-in-logto.js';
import type { TestVisitors } from '../test-visitors.js';

/**
 * The middleware of a session in tests, and whatever has to be known of a request's user before its guards run.
 * @param mounted the session that the module mounts in production; none where the app mounts its own in
 * main.ts, which tests do not run: then one in memory serves
 */
export function standInSessionHandler(
  mounted: RequestHandler | undefined,
  logto: StandInLogto,
  visitors: TestVisitors,
): RequestHandler {
  const { client } = logto.options;
  const inMemory = session({
    secret: randomBytes(32).toString('base64url'),
    resave: false,
    saveUninitialized: false,
  });
  return (request, response, next) => {
    const proceed: () => void = () => {
      if (mounted) mounted(request, response, next);
      else if (client && !mountsExpressSession(request)) inMemory(request, response, next);
      else next();
    };
    try {
      const signIn = visitors.of(request)?.signIn;
      assertTaken(signIn, logto);
      if (signIn?.as === 'bearer') void carryToken(request, signIn, logto).then(proceed, next);
      else proceed();
    } catch (error) {
      next(error instanceof LogtoTestingError ? new BadRequestException(error.message) : error);
    }
  };
}

/** The guards then verify a real token by its signature, as they do in production. */
async function carryToken(request: Request, signIn: TestSignIn, logto: StandInLogto): Promise<void> {
  request.headers.authorization = `Bearer ${await logto.bearerToken(signIn)}`;
}

/** @throws LogtoTestingError `credential_refused` for a session where there can be none */
function assertTaken(signIn: TestSignIn | undefined, { options }: StandInLogto): void {
  if (signIn?.as !== 'session' || options.client) return;
  throw new LogtoTestingError(
    'credential_refused',
    'This app takes bearer tokens alone, so nobody has a session in it: leave `as: "session"` out.',
  );
}
