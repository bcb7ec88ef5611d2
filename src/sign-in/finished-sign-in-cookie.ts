import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ownCookie } from '../session/application-tag.js';
import { cookiesOf, responseOf } from '../session/request-cookies.js';
import { signInClient } from '../session/sign-in-client.js';
import { Seal } from './seal.js';

/** A sign-in that this browser has just finished. */
export interface FinishedSignIn {
  /** The id of the session that it was put into. */
  readonly session: string;
  /** Whether the one before it had not lasted until the browser came back. */
  readonly isRetry: boolean;
}

/**
 * How long a browser remembers that it has finished a sign-in, in seconds. A loop comes back at once; a person who signs
 * out by other means than this module takes longer to sign in again.
 */
const lifetime = 20;

/**
 * A short-lived cookie that says which session a browser was given. It has the attributes of the sign-in cookies, which
 * a browser keeps, whatever is wrong with the session cookie.
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
