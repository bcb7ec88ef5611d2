import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Hooks } from '../hooks/hooks.js';
import type { LocalUser } from '../hooks/local-user.js';
import { LocalUsers } from '../hooks/local-users.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { signInClient } from '../session/sign-in-client.js';
import { SignInIndex } from '../store/sign-in-index.js';

/** Lets the app approve a sign-in: its `@OnSignIn()` hooks first, then its user resolver. */
@Injectable()
export class SignInApproval {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly hooks: Hooks,
    private readonly localUsers: LocalUsers,
    private readonly index: SignInIndex,
  ) {}

  /**
   * Runs the hooks and the resolver.
   * @returns the app's own user, if it has a resolver
   * @throws LogtoException the refusal
   */
  async approve(request: Request, tokens: TokenSet, claims: IdTokenClaims): Promise<LocalUser | undefined> {
    if (this.hooks.has('signIn')) await this.runHooks(request, tokens, claims);
    return this.localUsers.require(claims, { credential: 'session', request });
  }

  private async runHooks(request: Request, tokens: TokenSet, claims: IdTokenClaims): Promise<void> {
    const { sub } = claims;
    const application = signInClient(this.options).appId;
    const isFirstSeen = !(await this.index.hasEntry(request.sessionStore, { application, sub }));
    const userInfo = this.options.context.fetchUserInfo
      ? await this.oidc.userInfo(tokens.accessToken, sub)
      : undefined;
    await this.hooks.signIn({
      // A copy, because a hook may change it.
      claims: structuredClone(claims),
      ...(userInfo && { userInfo }),
      isFirstSeen,
      request,
    });
  }
}
