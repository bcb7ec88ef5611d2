import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request } from 'express';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { ownCookie } from '../../session/application-tag.js';
import { cookiesOf, responseOf } from '../../request/request-cookies.js';
import { signInClient } from '../../session/sign-in-client.js';
import { Seal } from './seal.js';

/** A sign-in that this browser has just finished. */
export interface FinishedSignIn {
  /** The ID of its session. */
  readonly session: string;
  /** Whether the session of the sign-in before it was lost. */
  readonly isRetry: boolean;
}

/**
 * Lifetime of the cookie, in seconds. A redirect loop comes back at once; a user who is signed out without this module
 * takes longer to sign in again.
 */
const lifetime = 20;

/**
 * A short-lived cookie with the session that a browser was given. It has the attributes of the sign-in cookies, which the
 * browser accepts even if it rejects the session cookie.
 */
@Injectable()
export class FinishedSignInCookie {
  private readonly seal: Seal;
  private readonly name: string;
  private readonly attributes: CookieOptions;

  constructor(options: ResolvedLogtoOptions) {
    const client = signInClient(options);
    this.seal = new Seal(client.cookieSecrets, 'finished sign-in');
    ({ name: this.name, attributes: this.attributes } = ownCookie(client, 'logto-signed-in'));
  }

  async set(request: Request, finished: FinishedSignIn): Promise<void> {
    const sealed = await this.seal.seal({ ...finished }, lifetime);
    responseOf(request).cookie(this.name, sealed, { ...this.attributes, maxAge: lifetime * 1000 });
  }

  async read(request: Request): Promise<FinishedSignIn | undefined> {
    const sealed = cookiesOf(request)[this.name];
    const opened = typeof sealed === 'string' && (await this.seal.open<FinishedSignIn>(sealed));
    return opened && 'payload' in opened ? opened.payload : undefined;
  }

  clear(request: Request): void {
    if (cookiesOf(request)[this.name] !== undefined) request.res?.clearCookie(this.name, this.attributes);
  }
}
