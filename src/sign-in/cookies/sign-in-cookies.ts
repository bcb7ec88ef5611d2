import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request } from 'express';
import type { JWTPayload } from 'jose';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import { ownCookie } from '../../session/application-tag.js';
import { cookiesOf, responseOf } from '../../request/request-cookies.js';
import { signInClient } from '../../session/sign-in-client.js';
import { Seal, type Opened } from './seal.js';

/** A sign-in that has been started and not yet finished. */
export interface PendingSignIn extends JWTPayload {
  state: string;
  nonce: string;
  codeVerifier: string;
  redirectUri: string;
  returnTo: string;
  /** Whether the sign-in has `prompt=none`: then `login_required` is a result, not a failure. */
  silent?: boolean;
  /** Seconds. */
  maxAge?: number;
  /** The authentication contexts of which the sign-in has to reach one. */
  acrValues?: string[];
  /** Whether the browser has just lost the session of its last sign-in. */
  isRetry?: boolean;
}

/** How many pending sign-ins a browser may have. */
const maxPending = 5;

/** Their total length in characters: servers accept headers of 8 kB, and the app needs some for its own cookies. */
const maxLength = 4096;

/** How many cookies one response clears at most, because hundreds of planted cookies would make it too large. */
const maxCleared = 10;

/** How long a user may take to sign in, in seconds. */
const lifetime = 60 * 60;

/** Length of the part of the state that is in the cookie's name, to tell the sign-ins apart. */
const statePrefixLength = 16;

/** The name without its prefix: start time and start of the state. */
const nameSuffix = /^[\da-z]+\.[\w-]{16}$/;

/**
 * Keeps each pending sign-in in its own encrypted cookie. In the session, two tabs would overwrite each other's, and a
 * flood of sign-ins would fill the store.
 */
@Injectable()
export class SignInCookies {
  private readonly seal: Seal;
  private readonly prefix: string;
  private readonly attributes: CookieOptions;

  constructor(options: ResolvedLogtoOptions) {
    const client = signInClient(options);
    this.seal = new Seal(client.cookieSecrets, 'sign-in');
    const { name, attributes } = ownCookie(client, 'logto-sign-in');
    this.prefix = `${name}.`;
    this.attributes = attributes;
  }

  /** Sets the cookie of a sign-in, and clears the oldest ones beyond the limits. */
  async add(request: Request, pending: PendingSignIn): Promise<void> {
    const response = responseOf(request);
    const name = `${this.prefix}${Date.now().toString(36)}.${pending.state.slice(0, statePrefixLength)}`;
    const sealed = await this.seal.seal(pending, lifetime);
    for (const oldest of this.namesBeyondLimits(request, name.length + sealed.length)) {
      response.clearCookie(oldest, this.attributes);
    }
    response.cookie(name, sealed, { ...this.attributes, maxAge: lifetime * 1000 });
  }

  /** The names of the oldest cookies beyond the limits. */
  private namesBeyondLimits(request: Request, length: number): string[] {
    const cookies = cookiesOf(request);
    const newestFirst = this.names(request).toSorted().toReversed();
    let total = length;
    const kept = newestFirst.findIndex((name, index) => {
      total += name.length + String(cookies[name]).length;
      return index === maxPending - 1 || total > maxLength;
    });
    return kept === -1 ? [] : newestFirst.slice(kept).slice(-maxCleared);
  }

  /** The sealed value of the sign-in with a state. */
  find(request: Request, state: string): string | undefined {
    const name = this.nameOf(request, state);
    const value: unknown = name === undefined ? undefined : cookiesOf(request)[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Opens a sealed value. */
  async open(sealed: string, state: string): Promise<Opened<PendingSignIn>> {
    const opened = await this.seal.open<PendingSignIn>(sealed);
    return 'payload' in opened && opened.payload.state !== state ? { problem: 'unreadable' } : opened;
  }

  /** When the browser's newest pending sign-in was started, in milliseconds since 1970. */
  newestStart(request: Request): number | undefined {
    const name = this.newestName(request);
    return name === undefined ? undefined : Number.parseInt(name.slice(this.prefix.length), 36);
  }

  /** The browser's newest pending sign-in, if it can be opened. */
  async newest(request: Request): Promise<PendingSignIn | undefined> {
    const name = this.newestName(request);
    const opened = name && (await this.seal.open<PendingSignIn>(String(cookiesOf(request)[name])));
    return opened && 'payload' in opened ? opened.payload : undefined;
  }

  private newestName(request: Request): string | undefined {
    return this.names(request).toSorted().at(-1);
  }

  /** Clears the cookie of the sign-in with a state. */
  remove(request: Request, state: string): void {
    const name = this.nameOf(request, state);
    if (name !== undefined) responseOf(request).clearCookie(name, this.attributes);
  }

  private nameOf(request: Request, state: string): string | undefined {
    const suffix = `.${state.slice(0, statePrefixLength)}`;
    return this.names(request).find((name) => name.endsWith(suffix));
  }

  private names(request: Request): string[] {
    // Scripts may set cookies with the prefix whose names cannot be cleared.
    return Object.keys(cookiesOf(request)).filter(
      (name) => name.startsWith(this.prefix) && nameSuffix.test(name.slice(this.prefix.length)),
    );
  }
}
