import type { UnauthenticatedBehaviour } from '../options/logto-module-options.js';
import { lineageOf } from '../nest/lineage-of.js';
import type { GetContextParameters } from '../options/get-context-parameters.js';

/** What a class or a handler wants of the user context, and of the guard. */
export interface WithLogtoOptions extends GetContextParameters {
  /** What `LogtoGuard` does with a visitor who is not signed in. Default: the module's `unauthenticated`. */
  unauthenticated?: UnauthenticatedBehaviour;
  /**
   * How a visitor may say who they are. Where both are accepted an `Authorization` header decides if there is
   * one, and a bad one is not rescued by a session. Default: the guard's own way.
   */
  accept?: Credential[];
}

/** A session of this app, or a bearer access token (RFC 6750). */
export type Credential = 'session' | 'bearer';

const memberNames = Object.keys({
  fetchUserInfo: true,
  getAccessToken: true,
  resource: true,
  organizationId: true,
  getOrganizationToken: true,
  unauthenticated: true,
  accept: true,
} satisfies Record<keyof WithLogtoOptions, true>);

/** @throws TypeError when these are no options, or have a member that does nothing: a misspelt one would be missed */
export function assertWithLogtoOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('@WithLogto() takes an object of options: @WithLogto({ fetchUserInfo: true }).');
  }
  const unknown = Object.keys(options).find((name) => !memberNames.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`@WithLogto() has no option "${unknown}". It takes ${memberNames.join(', ')}.`);
}

const withLogtoMetadata = 'nestjs-logto:with-logto';

/** Adds to what a class or handler wants. */
export function addWithLogto(subject: object, options: WithLogtoOptions): void {
  Reflect.defineMetadata(withLogtoMetadata, { ...ownWithLogto(subject), ...options }, subject);
}

/** What the decorators of a handler, its class and its base classes want; the nearest wins, member by member. */
export function withLogtoOf(type: object, handler: object): WithLogtoOptions {
  const farthestFirst = [handler, ...lineageOf(type)].toReversed();
  return Object.assign({}, ...farthestFirst.map((subject) => ownWithLogto(subject))) as WithLogtoOptions;
}

function ownWithLogto(subject: object): WithLogtoOptions | undefined {
  return Reflect.getOwnMetadata(withLogtoMetadata, subject) as WithLogtoOptions | undefined;
}

/** Whether more is asked for than the session tells: something to fetch. */
export function asksForMore(asked: GetContextParameters): boolean {
  return Boolean(asked.fetchUserInfo || asked.getAccessToken || asked.getOrganizationToken);
}
