import { Injectable } from '@nestjs/common';
import { randomState } from 'openid-client';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { signInClient } from '../../session/sign-in-client.js';
import { Seal } from './seal.js';

/** How long the page can be read from a state, in seconds: longer than the sign-in's cookie lives. */
const lifetime = 24 * 60 * 60;

/** Maximum length of the page in a state, in characters: the state is part of URLs. */
const maxLength = 256;

/**
 * Creates the `state` of a sign-in: a random value and the sealed page that the user wants to see, so that "Start again"
 * leads to that page even if the sign-in's cookie is gone, for example after an hour or under another host name.
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

  /** The page in a state. Check it like any other `returnTo`. */
  async returnToOf(state: string): Promise<string | undefined> {
    const opened = await this.seal.open<{ returnTo?: string }>(state.slice(state.indexOf('.') + 1));
    return 'payload' in opened ? opened.payload.returnTo : undefined;
  }
}

/** Whether a string has the form of a state. */
export function isSignInState(value: string): boolean {
  return /^[\w-]{20,200}(\.[\w.-]{1,2000})?$/.test(value);
}

/** The start of a state, which is enough to recognize it. */
export function shortState(state: string): string {
  return state.slice(0, 12);
}
