import type { LogtoContext } from '../../user/logto-context.js';
import type { Credential } from '../../user/with-logto.options.js';

/** Somebody who wants to pass, and what can be found out about them. */
export interface Subject {
  /** How they said who they are. */
  readonly credential: Credential;
  readonly context: LogtoContext;
  /** When they signed in at Logto, in seconds since 1970. */
  readonly authTime: number | undefined;
  /** Scopes of their token for an API resource, in an organization where one is bound. */
  scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]>;
  /** Names of their roles; `undefined` when that cannot be told. */
  roles(): Promise<readonly string[] | undefined>;
  isMemberOf(organizationId: string): Promise<boolean>;
  /** Names of their roles in an organization; `undefined` when that cannot be told. */
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
 * Whether a subject has signed in at Logto not long ago.
 * @param maxAge in seconds
 * @param now in milliseconds since 1970
 */
export function isRecent({ authTime }: Subject, maxAge: number, now: number): boolean {
  return authTime !== undefined && now / 1000 - authTime <= maxAge;
}
