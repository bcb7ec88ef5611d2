import { Injectable } from '@nestjs/common';
import { cookieWarning } from '../../options/resolve/cookie-problems.js';
import { sessionCookieProblems } from '../../options/resolve/session-cookie-problems.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import {
  skipped,
  skippedForOwnSession,
  skippedWithoutSignIn,
  type LogtoDiagnosisCheck,
} from './logto-diagnosis-check.js';

/** Checks the session cookie against `baseUrl` and the proxy. */
@Injectable()
export class SessionCookieCheck {
  private readonly name = 'Session cookie';

  constructor(private readonly options: ResolvedLogtoOptions) {}

  run(): LogtoDiagnosisCheck {
    const { client, session, authRoutesPrefix } = this.options;
    const { name } = this;
    if (!client) return skippedWithoutSignIn(name);
    if (!session) return skippedForOwnSession(name);
    if (typeof session.cookie === 'function')
      return skipped(name, '`session.cookie` is a function. Its result is only known during a request.');
    const { baseUrl } = client;
    const asked = `The session's options against ${baseUrl}`;
    const isHttps = baseUrl.startsWith('https:');
    const problems = sessionCookieProblems({ session, baseUrl }, { authRoutesPrefix });
    const remedies = problems.map((problem) => cookieWarning(problem));
    if (isHttps && session.proxy === false && session.cookie?.secure !== false) remedies.push(proxyRemedy);
    if (remedies.length === 0) {
      const answer = isHttps ? 'secure, for https:' : 'not secure, for http:';
      return { name, status: 'ok', asked, answer };
    }
    const isFatal = problems.some((problem) => problem.isFatal);
    const answer = 'express-session or browsers may drop it';
    return { name, status: isFatal ? 'failed' : 'warning', asked, answer, remedy: remedies.join(' ') };
  }
}

const proxyRemedy =
  '`session.proxy` is false, so express-session sets no secure cookie behind a proxy that terminates TLS. Remove it.';
