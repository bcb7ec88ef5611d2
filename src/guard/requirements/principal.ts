import type { LogtoContext } from '../../user/logto-context.js';
import type { Credential } from '../../user/with-logto.options.js';

/** The user that a request is made for, and what is known about them. */
export interface Principal {
  /** How they have authenticated. */
  readonly credential: Credential;
  /** Which APIs their bearer token is for. */
  readonly audiences?: readonly string[];
  readonly context: LogtoContext;
  /** When they signed in at Logto, in seconds since 1970. */
  readonly authTime: number | undefined;
  /** Scopes of their token for an API resource, in an organization where one is bound. */
  scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]>;
  /** Names of their roles; `undefined` when the token does not say. */
  roles(): Promise<readonly string[] | undefined>;
  isMemberOf(organizationId: string): Promise<boolean>;
  /** Names of their roles in an organization; `undefined` when the token does not say. */
  organizationRoles(organizationId: string): Promise<readonly string[] | undefined>;
  /** Their permissions in an organization. */
  organizationScopes(organizationId: string): Promise<readonly string[]>;
}

/** The roles in one organization, of claims that list them as `organizationId:roleName`. */
export function rolesWithin(organizationId: string, organizationRoles: readonly string[]): string[] {
  const prefix = `${organizationId}:`;
  return organizationRoles.filter((role) => role.startsWith(prefix)).map((role) => role.slice(prefix.length));
}

/**
 * Whether a user has signed in at Logto within the last `maxAge` seconds.
 * @param now in milliseconds since 1970
 */
export function isRecent({ authTime }: Principal, maxAge: number, now: number): boolean {
  return authTime !== undefined && now / 1000 - authTime <= maxAge;
}
