import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import { LRUCache } from 'lru-cache';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { SignInOptions } from '../options/logto-module-options.js';
import { authorizationParameters } from '../oidc/authorization-parameters.js';
import { OidcClient } from '../oidc/oidc-client.js';
import { OperatorLog } from '../operator-log.js';
import { withoutUndefined } from '../options/without-undefined.js';
import { mismatchedHost } from './mismatched-host.js';
import { RedirectLoopDetector } from './redirect-loop-detector.js';
import { rememberReturnTo } from './remembered-return-to.js';
import { allowedReturnTo, refusedOrigin } from '../session/return-to.js';
import { signInClient } from '../session/sign-in-client.js';
import { ownedParameterRemedy } from '../options/owned-parameters.js';
import { Sessions } from '../session/sessions.js';
import { type PendingSignIn, SignInCookies } from './sign-in-cookies.js';
import { SignInState } from './sign-in-state.js';

/** What a sign-in is started with. */
export interface SignInParameters extends SignInOptions {
  /**
   * Where the person comes back to: a path on this app as the browser sees it, or a URL on one of
   * `allowedOrigins`, at most 1024 characters. Anything else becomes `postSignInRedirectUri`.
   */
  returnTo?: string;
  /** Where Logto sends the code, without a query; has to be registered there. Default: the module's own callback route. */
  redirectUri?: string;
}

/** Starts sign-ins. */
@Injectable()
export class SignIn {
  /** Any client may send any name, so only the last few are remembered. */
  private readonly foreignHosts = new LRUCache<string, true>({ max: 20 });

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
   * Remembers a sign-in in a sealed cookie of the response.
   * @returns where to send the browser
   * @throws LogtoException `session_not_kept` when the browser has just finished a sign-in and has no session
   */
  async start(request: Request, { returnTo, redirectUri, ...asked }: SignInParameters = {}): Promise<URL> {
    const { baseUrl } = signInClient(this.options);
    // Better now than when the person comes back.
    this.sessions.require(request);
    assertRedirectUri(redirectUri);
    assertExtraParams(asked.extraParams);
    this.remarkOnHost(request, redirectUri ?? baseUrl);
    const page = this.pageFor(returnTo);
    rememberReturnTo(request, page);
    const isRetry = await this.redirectLoops.check(request);
    const signIn: SignInOptions = { ...this.options.signInOptions, ...withoutUndefined(asked) };
    const parameters = authorizationParameters(this.options, signIn);
    const pending: PendingSignIn = {
      state: await this.states.create(page),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      redirectUri: redirectUri ?? `${baseUrl}/${this.options.authRoutesPrefix}/sign-in-callback`,
      returnTo: page ?? this.options.postSignInRedirectUri,
      ...(parameters.get('prompt') === 'none' ? { silent: true } : {}),
      ...(signIn.maxAge === undefined ? {} : { maxAge: signIn.maxAge }),
      ...(isRetry ? { isRetry } : {}),
    };
    parameters.set('redirect_uri', pending.redirectUri);
    const url = await this.oidc.authorizationUrl({ ...pending, maxAge: signIn.maxAge }, parameters);
    await this.cookies.add(request, pending);
    return url;
  }

  /** The page to come back to, where one is given and allowed. */
  private pageFor(returnTo: string | undefined): string | undefined {
    const page = allowedReturnTo(returnTo, this.options);
    if (returnTo === undefined || page !== undefined) return page;
    const origin = refusedOrigin(returnTo);
    // Anybody can write such a link, so all of them count as one cause.
    if (origin === undefined)
      this.log.remark(
        'debug',
        'A `returnTo` is not a page of this app: the sign-in falls back to `postSignInRedirectUri`.',
      );
    else
      this.log.remark(
        'warn',
        `A \`returnTo\` names the origin "${origin}", so the sign-in ends at \`postSignInRedirectUri\`. If the origin is ` +
          'yours, list it in `allowedOrigins`.',
        { key: 'returnTo of another origin' },
      );
    return undefined;
  }

  /** Says once for each host name that the callback will not find the sign-in's cookie. */
  private remarkOnHost(request: Request, callback: string): void {
    const host = mismatchedHost(request, callback);
    if (host === undefined || this.foreignHosts.get(host)) return;
    this.foreignHosts.set(host, true);
    this.log.remark(
      'warn',
      `A sign-in starts at the host "${host}" and comes back to "${new URL(callback).hostname}", where the ` +
        'browser does not send its cookies: it will fail with sign_in_session.not_found. Redirect one host name to the ' +
        'other, or correct `baseUrl`. If a proxy rewrites `Host`, let it send `X-Forwarded-Host`.',
    );
  }
}

/** The code exchange repeats the redirect URI without its query, and Logto compares the two as a whole. */
function assertRedirectUri(redirectUri: string | undefined): void {
  if (redirectUri === undefined) return;
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) return;
  throw new LogtoException(
    'invalid_options',
    '`redirectUri` has to be an absolute http(s) URL without query. What the page needs to know stands in `returnTo`.',
  );
}

/** What the module sets itself would be overwritten, or would overwrite what was given. */
function assertExtraParams(extraParams: SignInOptions['extraParams'] = {}): void {
  for (const name of Object.keys(extraParams)) {
    const remedy = ownedParameterRemedy(name);
    if (remedy !== undefined)
      throw new LogtoException('invalid_options', `\`extraParams\` cannot have \`${name}\`: ${remedy}`);
  }
}
