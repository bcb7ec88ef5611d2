import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request } from 'express';
import type { JWTPayload } from 'jose';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ownCookie } from '../session/application-tag.js';
import { cookiesOf, responseOf } from '../session/request-cookies.js';
import { signInClient } from '../session/sign-in-client.js';
import { Seal, type Opened } from './seal.js';

/** A sign-in that is under way. */
export interface PendingSignIn extends JWTPayload {
  state: string;
  nonce: string;
  codeVerifier: string;
  redirectUri: string;
  returnTo: string;
  /** Whether `prompt=none` was asked: then `login_required` is an answer, not a failure. */
  silent?: boolean;
  /** Seconds. */
  maxAge?: number;
  /** Whether the browser's last sign-in had not lasted until it came back. */
  isRetry?: boolean;
}

/** How many sign-ins of one browser may be under way at once. */
const maxPending = 5;

/** How long they may be together, in characters: servers take headers of 8 kB, and an app has cookies of its own. */
const maxLength = 4096;

/** How many cookies one answer forgets at most: whoever planted hundreds must not make it too large to be read. */
const maxForgotten = 10;

/** How long a person may take to sign in, in seconds. */
const lifetime = 60 * 60;

/** How much of the state the cookie's name holds: enough to tell five apart. */
const statePrefixLength = 16;

/** What follows the prefix of a name: when the sign-in began, and how its state begins. */
const ownName = /^[\da-z]+\.[\w-]{16}$/;

/**
 * Sign-ins under way, each in a sealed cookie of its own: kept in the session, two tabs would overwrite each
 * other's, and a flood of sign-ins would fill the store.
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

  /** Remembers a sign-in in the browser, and forgets its oldest ones beyond five. */
  async add(request: Request, pending: PendingSignIn): Promise<void> {
    const response = responseOf(request);
    const name = `${this.prefix}${Date.now().toString(36)}.${pending.state.slice(0, statePrefixLength)}`;
    const sealed = await this.seal.seal(pending, lifetime);
    for (const oldest of this.surplus(request, name.length + sealed.length)) {
      response.clearCookie(oldest, this.attributes);
    }
    response.cookie(name, sealed, { ...this.attributes, maxAge: lifetime * 1000 });
  }

  /** The oldest, as far as there are too many of them, or too long ones. */
  private surplus(request: Request, length: number): string[] {
    const cookies = cookiesOf(request);
    const newestFirst = this.names(request).toSorted().toReversed();
    let total = length;
    const kept = newestFirst.findIndex((name, index) => {
      total += name.length + String(cookies[name]).length;
      return index === maxPending - 1 || total > maxLength;
    });
    return kept === -1 ? [] : newestFirst.slice(kept).slice(-maxForgotten);
  }

  /** The sealed value of this browser's sign-in with that state. */
  find(request: Request, state: string): string | undefined {
    const name = this.nameOf(request, state);
    const value: unknown = name === undefined ? undefined : cookiesOf(request)[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** What a sealed value holds. */
  async open(sealed: string, state: string): Promise<Opened<PendingSignIn>> {
    const opened = await this.seal.open<PendingSignIn>(sealed);
    return 'payload' in opened && opened.payload.state !== state ? { problem: 'unreadable' } : opened;
  }

  /** When this browser's newest sign-in began, in milliseconds since 1970. */
  newestStart(request: Request): number | undefined {
    const name = this.newestName(request);
    return name === undefined ? undefined : Number.parseInt(name.slice(this.prefix.length), 36);
  }

  /** This browser's newest sign-in, if it can be opened. */
  async newest(request: Request): Promise<PendingSignIn | undefined> {
    const name = this.newestName(request);
    const opened = name && (await this.seal.open<PendingSignIn>(String(cookiesOf(request)[name])));
    return opened && 'payload' in opened ? opened.payload : undefined;
  }

  private newestName(request: Request): string | undefined {
    return this.names(request).toSorted().at(-1);
  }

  /** Forgets the sign-in with that state. */
  remove(request: Request, state: string): void {
    const name = this.nameOf(request, state);
    if (name !== undefined) responseOf(request).clearCookie(name, this.attributes);
  }

  private nameOf(request: Request, state: string): string | undefined {
    const suffix = `.${state.slice(0, statePrefixLength)}`;
    return this.names(request).find((name) => name.endsWith(suffix));
  }

  private names(request: Request): string[] {
    // Names of another making, as somebody else's script may set them, can neither be ours nor be cleared.
    return Object.keys(cookiesOf(request)).filter(
      (name) => name.startsWith(this.prefix) && ownName.test(name.slice(this.prefix.length)),
    );
  }
}
