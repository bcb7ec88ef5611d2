import { Injectable, type HttpServer } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { OperatorLog } from '../operator-log.js';
import { BackChannelLogout } from '../sign-in/back-channel/back-channel-logout.js';
import { BasePath } from '../session/base-path.js';
import { carriesForm, peekForm } from '../sign-in/back-channel/logout-form.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * Reads the forms of back-channel logouts in front of everything that the app mounts, so that no body parser of the
 * app decides whether a person is signed out.
 */
@Injectable()
export class LogoutFormMiddleware {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly logouts: BackChannelLogout,
    private readonly log: OperatorLog,
    private readonly basePath: BasePath,
  ) {}

  /** Mounts the middleware. Call it before the app mounts anything. */
  mountOn(adapter: HttpServer): void {
    const path = `/${this.options.authRoutesPrefix}/back-channel-logout`;
    adapter.use((request: Request, response: Response, next: NextFunction) => {
      if (request.method !== 'POST' || !this.isRoute(request.path, path) || !carriesForm(request)) {
        next();
        return;
      }
      response.once('finish', () => this.remarkOnRefusal(path, request, response.statusCode));
      readForm(request).then(() => next(), next);
    });
  }

  /** Whether the routes are below the global prefix is only known once main.ts has set it. */
  private isRoute(requested: string, path: string): boolean {
    const plain = requested.replace(/\/$/, '').toLowerCase();
    return [path, `${this.basePath.globalPrefix}${path}`].some((route) => plain === route.toLowerCase());
  }

  /** What an app refuses in front of the route would otherwise leave a person signed in, and no line in the log. */
  private remarkOnRefusal(path: string, request: Request, status: number): void {
    if (status < 400 || this.logouts.hasReceived(request)) return;
    this.log.remark(
      'warn',
      `A logout token was answered with ${status} before LogtoModule saw it, so nobody was signed out: by a ` +
        `middleware (CSRF protection, a rate limit, authentication) or a guard of this app. Let POST ${path} pass ` +
        'there. For a global guard, pass the decorator that makes a route public: `authRoutesDecorators: [Public()]`.',
    );
  }
}

async function readForm(request: Request): Promise<void> {
  // An adapter for serverless functions has read it already.
  if (request.body !== undefined) return;
  const fields = await peekForm(request);
  if (!fields) return;
  request.body = fields;
  // By these headers body parsers know that there is something to read, and some would fail on it.
  delete request.headers['content-length'];
  delete request.headers['transfer-encoding'];
}
