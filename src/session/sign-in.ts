import type { Request } from 'express';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedClientOptions, ResolvedLogtoOptions } from '../logto.options-resolved.js';
import type { SignInOptions } from '../logto.options.js';
import { authorizationParameters } from '../oidc/authorization-parameters.js';
import type { OidcClient } from '../oidc/oidc-client.js';
import { safeReturnTo } from './return-to.js';
import type { Sessions } from './sessions.js';
import type { PendingSignIn, SignInCookies } from './sign-in-cookies.js';

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
export class SignIn {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly client: ResolvedClientOptions,
    private readonly oidc: OidcClient,
    private readonly cookies: SignInCookies,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Remembers a sign-in in a sealed cookie of the response.
   * @returns where to send the browser
   */
  async start(request: Request, { returnTo, redirectUri, ...asked }: SignInParameters = {}): Promise<URL> {
    // Better now than when the person comes back.
    this.sessions.require(request);
    assertRedirectUri(redirectUri);
    const signIn: SignInOptions = { ...this.options.signInOptions, ...withoutUndefined(asked) };
    const parameters = authorizationParameters(this.options, signIn);
    const pending: PendingSignIn = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      redirectUri: redirectUri ?? `${this.client.baseUrl}/${this.options.authRoutesPrefix}/sign-in-callback`,
      returnTo: safeReturnTo(returnTo, this.options),
      ...(parameters.get('prompt') === 'none' ? { silent: true } : {}),
      ...(signIn.maxAge === undefined ? {} : { maxAge: signIn.maxAge }),
    };
    parameters.set('redirect_uri', pending.redirectUri);
    const url = await this.oidc.authorizationUrl({ ...pending, maxAge: signIn.maxAge }, parameters);
    await this.cookies.add(request, pending);
    return url;
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

function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
