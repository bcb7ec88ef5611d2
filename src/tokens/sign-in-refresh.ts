import type { Request } from 'express';
import type { TokenTarget } from '../oidc/token-target.js';
import type { SessionRecord } from '../store/session-record.js';

/** A refresh of a sign-in, under its mutex. */
export interface SignInRefresh {
  readonly request: Request;
  readonly record: SessionRecord;
  /** What the access token is for. */
  readonly target: TokenTarget;
  /** An access token that Logto no longer accepts. */
  readonly rejected?: string | undefined;
  /** Whether to replace all stored access tokens and userinfo claims. Default: `false`. */
  readonly replaceAll?: boolean;
  /** The list to which hooks are added, to run in this order when nothing is locked any more. None of them throws. */
  readonly afterwards: (() => Promise<void>)[];
}
