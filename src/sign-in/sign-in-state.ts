import { Injectable } from '@nestjs/common';
import { randomState } from 'openid-client';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { signInClient } from '../session/sign-in-client.js';
import { Seal } from './seal.js';

/** How long a state tells its page, in seconds: longer than a sign-in's cookie, which is what it stands in for. */
const lifetime = 24 * 60 * 60;

/** Longest page that a state carries, in characters: the state travels in addresses. */
const maxLength = 256;

/**
 * The `state` of a sign-in: nobody can guess it, and it carries the page that the person wanted, sealed. When the
 * sign-in's cookie is gone, as after an hour or under another host name, "Start again" still leads to that page.
 */
@Injectable()
export class SignInState {
  private readonly seal: Seal;

  constructor(options: ResolvedLogtoOptions) {
    this.seal = new Seal(signInClient(options).cookieSecrets, 'state');
  }

  /** @param returnTo the page; `undefined` when the sign-in ends at `postSignInRedirectUri` */
  async create(returnTo: string | undefined): Promise<string> {
    if (returnTo === undefined || returnTo.length > maxLength) return randomState();
    return `${randomState()}.${await this.seal.seal({ returnTo }, lifetime)}`;
  }

  /** The page that a state carries. The caller checks it like any other `returnTo`. */
  async returnToOf(state: string): Promise<string | undefined> {
    const opened = await this.seal.open<{ returnTo?: string }>(state.slice(state.indexOf('.') + 1));
    return 'payload' in opened ? opened.payload.returnTo : undefined;
  }
}

/** Whether a string may be a state that {@link SignInState} made. */
export function isSignInState(value: string): boolean {
  return /^[\w-]{20,200}(\.[\w.-]{1,2000})?$/.test(value);
}

/** The start of a state, which is enough to recognize it. */
export function shortState(state: string): string {
  return state.slice(0, 12);
}
