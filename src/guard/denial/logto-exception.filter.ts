import { Catch, Injectable, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { throwError, type Observable } from 'rxjs';
import type { LogtoErrorCode } from '../../logto.error-codes.js';
import { LogtoException, LogtoUnauthenticatedException } from '../../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { OperatorLog } from '../../operator-log.js';
import { rememberedReturnTo } from '../../sign-in/remembered-return-to.js';
import { BasePath } from '../../session/base-path.js';
import { markCopy } from '../../nest/package-copy.js';
import { isNavigation } from '../../user/unauthenticated-exception-factory.js';
import { errorPage } from './error-page.js';
import { sendPage } from './send-page.js';
import { emitException, exceptionPayload } from './emit-exception.js';

/** Failures of a sign-in, for which starting it again helps. */
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
  'provider_unavailable',
  'provider_timeout',
  'server_error',
  'temporarily_unavailable',
]);

/**
 * Answers this library's errors well: a redirect, a small page for a browser, or a problem body (RFC 9457) for
 * everything else. It only beautifies: without it each exception has the same status and headers. Replace it
 * by a global filter of your own for {@link LogtoException}; on the module's own routes by
 * `authRoutesDecorators: [UseFilters(YourFilter)]`, for a filter that catches everything knows no sign-in page.
 */
@markCopy
@Catch(LogtoException)
@Injectable()
export class LogtoExceptionFilter implements ExceptionFilter<LogtoException> {
  constructor(
    // Optional, since a unit test may have this filter and no LogtoModule: it then answers without a way to the sign-in.
    @Optional() private readonly options?: ResolvedLogtoOptions,
    @Optional() private readonly basePath?: BasePath,
    @Optional() private readonly log: OperatorLog = new OperatorLog(),
  ) {}

  catch(exception: LogtoException, host: ArgumentsHost): Observable<never> | undefined {
    // Everything below 500 is logged where it is found: only there it is known whether an operator has to act.
    if (exception.getStatus() >= 500) this.log.exception(exception);
    switch (host.getType<string>()) {
      case 'http':
        this.answerRequest(exception, host);
        return undefined;
      case 'ws':
        emitException(host.switchToWs().getClient(), exception);
        return undefined;
      case 'rpc':
        return throwError(() => exceptionPayload(exception));
      default:
        // Other transports answer in their own way, with the message of what is thrown here.
        exception.message = exception.detail;
        throw exception;
    }
  }

  private answerRequest(exception: LogtoException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    this.answer(exception, request, response.status(exception.getStatus()));
  }

  /** Writes the answer; the status is set. */
  protected answer(exception: LogtoException, request: Request, response: Response): void {
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
        passes: !exception.needsOperator,
        signInPath: this.signInPath(exception, request, response),
      }),
    );
  }

  /** Where starting again helps: the same sign-in where it has not begun, else a new one to the page it was for. */
  private signInPath(
    { code, needsOperator }: LogtoException,
    request: Request,
    response: Response,
  ): string | undefined {
    if (!this.options?.client || needsOperator || !startAgain.has(code)) return undefined;
    const path = `${this.basePath?.path}/${this.options.authRoutesPrefix}/sign-in`;
    const [, asked, query = ''] = /^([^?]*)(\?.*)?$/.exec(request.originalUrl) ?? [];
    if (asked?.endsWith(`/${this.options.authRoutesPrefix}/sign-in`)) return `${path}${query}`;
    const page = rememberedReturnTo(response);
    return page === undefined ? path : `${path}?returnTo=${encodeURIComponent(page)}`;
  }
}
