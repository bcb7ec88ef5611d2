import { Catch, Injectable, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { throwError, type Observable } from 'rxjs';
import type { LogtoErrorCode } from '../logto.error-codes.js';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { rememberedReturnTo } from '../sign-in/remembered-return-to.js';
import { BasePath } from '../request/base-path.js';
import { httpRequestOf } from '../nest/http/http-request.js';
import { markCopy } from '../nest/package-copy.js';
import { isNavigation } from '../request/fetch-metadata.js';
import { errorPage } from '../pages/error-page.js';
import { sendPage } from '../pages/send-page.js';
import { emitException, exceptionPayload } from './emit-exception.js';

/** Failures of a sign-in that starting again may solve. */
const startAgain: ReadonlySet<LogtoErrorCode> = new Set<LogtoErrorCode>([
  'session_not_kept',
  'sign_in_session.not_found',
  'sign_in_session.invalid',
  'callback_invalid',
  'id_token_invalid',
  'access_denied',
  'authorization_refused',
  'invalid_grant',
  'login_required',
  'interaction_required',
  'consent_required',
  'hook_timeout',
  'insufficient_authentication',
  'provider_unavailable',
  'provider_timeout',
  'server_error',
  'temporarily_unavailable',
]);

/**
 * Responds to this library's exceptions: with a redirect, a small page for a browser, or a problem body (RFC 9457) for
 * everything else. Without it each exception has the same status and headers. To replace it, register a global filter of
 * your own for {@link LogtoException}; on the module's own routes use `authRoutesDecorators: [UseFilters(YourFilter)]`.
 */
@markCopy
@Catch(LogtoException)
@Injectable()
export class LogtoExceptionFilter implements ExceptionFilter<LogtoException> {
  constructor(
    // Optional for unit tests without LogtoModule, where the error page has no link to the sign-in.
    @Optional() private readonly options?: ResolvedLogtoOptions,
    @Optional() private readonly basePath?: BasePath,
    @Optional() private readonly log: OperatorLog = new OperatorLog(),
  ) {}

  catch(exception: LogtoException, host: ArgumentsHost): Observable<never> | undefined {
    // Exceptions below 500 are logged where they are thrown: only there it is known whether an operator has to act.
    if (exception.getStatus() >= 500) this.log.exception(exception);
    switch (host.getType<string>()) {
      case 'http':
        this.respondToRequest(exception, host);
        return undefined;
      case 'ws':
        emitException(host.switchToWs().getClient(), exception);
        return undefined;
      case 'rpc':
        return throwError(() => exceptionPayload(exception));
      default:
        // Other transports have their own format, with the message of the exception.
        exception.message = exception.detail;
        throw exception;
    }
  }

  private respondToRequest(exception: LogtoException, host: ArgumentsHost): void {
    const request = httpRequestOf(host);
    const response = request.res ?? host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    this.respond(exception, request, response.status(exception.getStatus()));
  }

  /** Writes the response, whose status is set already. */
  protected respond(exception: LogtoException, request: Request, response: Response): void {
    response.setHeader('Cache-Control', 'no-store');
    if (exception.getStatus() === 503 && !exception.needsOperator) response.setHeader('Retry-After', '5');
    if (exception instanceof LogtoUnauthenticatedException && exception.redirectTo !== undefined) {
      response.setHeader('Location', exception.redirectTo);
      response.end();
      return;
    }
    if (!isNavigation(request)) {
      response.type('application/problem+json').send(JSON.stringify(exception.getResponse()));
      return;
    }
    sendPage(
      response,
      errorPage({
        status: exception.getStatus(),
        code: exception.code,
        detail: exception.detail,
        isTemporary: !exception.needsOperator,
        signInPath: this.signInPath(exception, request, response),
      }),
    );
  }

  /** If starting again helps: the same sign-in if it has not begun, else a new one for the same page. */
  private signInPath(
    { code, needsOperator }: LogtoException,
    request: Request,
    response: Response,
  ): string | undefined {
    if (!this.options?.client || needsOperator || !startAgain.has(code)) return undefined;
    const path = `${this.basePath?.path}/${this.options.authRoutesPrefix}/sign-in`;
    const [, requestedPath, query = ''] = /^([^?]*)(\?.*)?$/.exec(request.originalUrl) ?? [];
    if (requestedPath?.endsWith(`/${this.options.authRoutesPrefix}/sign-in`)) return `${path}${query}`;
    const page = rememberedReturnTo(response);
    return page === undefined ? path : `${path}?returnTo=${encodeURIComponent(page)}`;
  }
}
