import { randomBytes } from 'node:crypto';
import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { LocalUsers } from '../../hooks/local-users.js';
import { mountsExpressSession } from '../../nest/http/mounts-express-session.js';
import { SessionMount } from '../../session/session-mount.js';
import { LogtoTestingError } from '../logto-testing-error.js';
import type { TestSignIn } from '../logto-test-user.js';
import type { FakeLocalUsers } from './fake-local-users.js';
import { FakeLogto } from './fake-logto.js';

/** The session middleware in tests. It also adds the bearer tokens of test users before guards run. */
@Injectable()
export class FakeSessionMount extends SessionMount {
  @Inject(LocalUsers)
  private readonly localUsers!: FakeLocalUsers;

  /** In tests, sessions are always in memory. */
  override readonly warnings = [];
  private readonly logto = FakeLogto.forOptions(this.options);
  /** Replaces the session that an app mounts in main.ts, which tests do not run. */
  private readonly inMemory = session({
    secret: randomBytes(32).toString('base64url'),
    resave: false,
    saveUninitialized: false,
  });
  private readonly handlerInTests: RequestHandler = (...call) => this.handle(...call);

  override get handler(): RequestHandler {
    return this.handlerInTests;
  }

  private handle(request: Request, response: Response, next: NextFunction): void {
    try {
      const signIn = this.logto.signIns.find(request)?.signIn;
      const isInSession = signIn?.as === 'session' && !signIn.expired;
      const finish = (failure?: unknown): void => {
        if (failure !== undefined || !isInSession) next(failure);
        else this.localUsers.prepareSession(request, this.logto.claims(signIn)).then(() => next(), next);
      };
      const proceed = (): void => {
        const mounted = super.handler;
        if (mounted) mounted(request, response, finish);
        else if (this.options.client && !mountsExpressSession(request))
          this.inMemory(request, response, finish);
        else finish();
      };
      this.assertAccepted(signIn);
      if (signIn?.as === 'bearer') void this.addBearerToken(request, signIn).then(proceed, next);
      else proceed();
    } catch (error) {
      next(error instanceof LogtoTestingError ? new BadRequestException(error.message) : error);
    }
  }

  /** A real token, which the guards verify as in production. */
  private async addBearerToken(request: Request, signIn: TestSignIn): Promise<void> {
    request.headers.authorization = `Bearer ${await this.logto.bearerToken(signIn)}`;
  }

  /** @throws LogtoTestingError `credential_refused` for a session in an app without sessions */
  private assertAccepted(signIn: TestSignIn | undefined): void {
    if (signIn?.as !== 'session' || this.options.client) return;
    throw new LogtoTestingError(
      'credential_refused',
      'This app only accepts bearer tokens, so it has no sessions. Remove `as: "session"`.',
    );
  }
}
