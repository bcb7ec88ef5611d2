import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import { BoundedCache } from '../bounded-cache.js';
import { trace } from '../events/trace.js';
import { LogtoException } from '../logto.exceptions.js';
import { acrValuesOf } from '../options/authentication-context.js';
import { signInCallbackUri } from '../request/sign-in-callback-uri.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SignInOptions } from '../options/sign-in-options.js';
import { authorizationParameters } from '../oidc/authorization-parameters.js';
import { OidcClient } from '../oidc/oidc-client.js';
import { OperatorLog } from '../operator-log.js';
import { combinedSignInOptions } from './combined-sign-in-options.js';
import { mismatchedHost } from './mismatched-host.js';
import { RedirectLoopDetector } from './redirect-loop-detector.js';
import { rememberReturnTo } from './remembered-return-to.js';
import { allowedReturnTo, originOfReturnTo } from '../request/return-to.js';
import { signInClient } from '../session/sign-in-client.js';
import { reservedParameterRemedy } from '../options/schema/reserved-parameters.js';
import { Sessions } from '../session/sessions.js';
import { type PendingSignIn, SignInCookies } from './cookies/sign-in-cookies.js';
import { SignInState } from './cookies/sign-in-state.js';

/** Parameters of a sign-in. `maxAge` and `acrValues` may require more than the option `signInOptions`, but not less. */
export interface SignInParameters extends SignInOptions {
  /**
   * Where the user comes back to: a path of this app as the browser sees it, or a URL of one of `allowedOrigins`, at most
   * 1024 characters. Anything else falls back to `postSignInRedirectUri`.
   */
  returnTo?: string;
  /** Where Logto sends the code, without a query; must be registered there. Default: the module's own callback route. */
  redirectUri?: string;
}

/** Starts a sign-in: the browser goes to Logto. */
@Injectable()
export class SignIn {
  /** Host names that are logged already. Bounded, because clients may send any name. */
  private readonly loggedHosts = new BoundedCache<true>({ max: 20 });

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly cookies: SignInCookies,
    private readonly states: SignInState,
    private readonly sessions: Sessions,
    private readonly redirectLoops: RedirectLoopDetector,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Stores the pending sign-in in an encrypted cookie of the response.
   * @returns the URL to redirect the browser to
   * @throws LogtoException `session_not_kept` when the browser has just finished a sign-in and has no session
   */
  start(request: Request, parameters: SignInParameters = {}): Promise<URL> {
    return trace(
      'nestjs-logto:sign-in',
      () => ({}),
      () => this.prepare(request, parameters),
    );
  }

  private async prepare(
    request: Request,
    { returnTo, redirectUri, ...given }: SignInParameters,
  ): Promise<URL> {
    const { baseUrl } = signInClient(this.options);
    // Fails now rather than when the user comes back.
    this.sessions.require(request);
    assertRedirectUri(redirectUri);
    assertExtraParams(given.extraParams);
    this.warnAboutMismatchedHost(request, redirectUri ?? baseUrl);
    const page = this.checkedReturnTo(returnTo);
    rememberReturnTo(request, page);
    const isRetry = await this.redirectLoops.check(request);
    const signIn = combinedSignInOptions(this.options.signInOptions, given);
    const parameters = authorizationParameters(this.options, signIn);
    const pending: PendingSignIn = {
      state: await this.states.create(page),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      redirectUri: redirectUri ?? signInCallbackUri(baseUrl, this.options.authRoutesPrefix),
      returnTo: page ?? this.options.postSignInRedirectUri,
      silent: parameters.get('prompt') === 'none' ? true : undefined,
      maxAge: signIn.maxAge,
      acrValues: signIn.acrValues === undefined ? undefined : acrValuesOf(signIn.acrValues),
      isRetry: isRetry ? true : undefined,
    };
    parameters.set('redirect_uri', pending.redirectUri);
    const url = await this.oidc.authorizationUrl(pending, parameters);
    await this.cookies.add(request, pending);
    return url;
  }

  /** `returnTo` if it is given and allowed. Logs one that is not allowed. */
  private checkedReturnTo(returnTo: string | undefined): string | undefined {
    const page = allowedReturnTo(returnTo, this.options);
    if (returnTo === undefined || page !== undefined) return page;
    const origin = originOfReturnTo(returnTo);
    // Anyone can create such a link, so all of them are one cause for the log.
    if (origin === undefined)
      this.log.write(
        'debug',
        'A `returnTo` is not a page of this app: the sign-in falls back to `postSignInRedirectUri`.',
      );
    else
      this.log.write(
        'warn',
        `A \`returnTo\` names the origin "${origin}", so the sign-in ends at \`postSignInRedirectUri\`. If the origin is ` +
          'yours, list it in `allowedOrigins`.',
        { key: 'returnTo of another origin' },
      );
    return undefined;
  }

  /** Warns once for each host name whose cookies the callback will not get. */
  private warnAboutMismatchedHost(request: Request, callback: string): void {
    const host = mismatchedHost(request, callback);
    if (host === undefined || this.loggedHosts.get(host)) return;
    this.loggedHosts.set(host, true);
    this.log.write(
      'warn',
      `A sign-in starts at the host "${host}" and comes back to "${new URL(callback).hostname}", where the ` +
        'browser does not send its cookies: it will fail with sign_in_session.not_found. Redirect one host name to the ' +
        'other, or correct `baseUrl`. If a proxy rewrites `Host`, let it send `X-Forwarded-Host`.',
    );
  }
}

/** Asserts that a redirect URI has no query: the code exchange sends it without one, and Logto compares the two. */
function assertRedirectUri(redirectUri: string | undefined): void {
  if (redirectUri === undefined) return;
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) return;
  throw new LogtoException(
    'invalid_options',
    '`redirectUri` must be an absolute http(s) URL without a query. Put what the page needs into `returnTo`.',
  );
}

/** Rejects parameters that the module sets itself. */
function assertExtraParams(extraParams: SignInOptions['extraParams'] = {}): void {
  for (const name of Object.keys(extraParams)) {
    const remedy = reservedParameterRemedy(name);
    if (remedy !== undefined)
      throw new LogtoException('invalid_options', `\`extraParams\` cannot have \`${name}\`: ${remedy}`);
  }
}
