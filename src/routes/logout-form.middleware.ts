import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { OperatorLog } from '../operator-log.js';
import { BackChannelLogout } from '../sign-in/back-channel/back-channel-logout.js';
import { BasePath } from '../request/base-path.js';
import { earlyRejectionWarning } from '../request/early-rejection-warning.js';
import { carriesForm, peekForm } from '../sign-in/back-channel/logout-form.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * Middleware that reads the forms of back-channel logouts before everything that the app mounts, so that a logout
 * does not depend on the app's body parsers.
 */
@Injectable()
export class LogoutFormMiddleware implements NestMiddleware {
  private readonly path: string;

  constructor(
    options: ResolvedLogtoOptions,
    private readonly logouts: BackChannelLogout,
    private readonly log: OperatorLog,
    private readonly basePath: BasePath,
  ) {
    this.path = `/${options.authRoutesPrefix}/back-channel-logout`;
  }

  /** Runs before everything that the app mounts. */
  use(request: Request, response: Response, next: NextFunction): void {
    const { path } = this;
    if (request.method !== 'POST' || !this.basePath.isRoute(request.path, path) || !carriesForm(request)) {
      next();
      return;
    }
    response.once('finish', () => this.warnIfRejected(request, response.statusCode));
    readForm(request).then(() => next(), next);
  }

  /** Warns if the app itself has rejected a logout before the route, because nothing else would show it. */
  private warnIfRejected(request: Request, status: number): void {
    if (status < 400 || this.logouts.hasReceived(request)) return;
    const { path } = this;
    const consequence = 'no session was ended';
    this.log.write('warn', earlyRejectionWarning({ request: 'a logout token', status, consequence, path }));
  }
}

async function readForm(request: Request): Promise<void> {
  // Adapters for serverless functions have read it already.
  if (request.body !== undefined) return;
  const fields = await peekForm(request);
  if (!fields) return;
  request.body = fields;
  // These headers tell body parsers to read a body. Some of them would fail on one that has been read.
  delete request.headers['content-length'];
  delete request.headers['transfer-encoding'];
}
