import type { LogtoContext } from '../../user/logto-context.js';
import type { Credential } from '../../options/credential.js';

/** The authenticated user of a request. */
export interface Principal {
  readonly credential: Credential;
  /** Audiences of a bearer token. */
  readonly audiences?: readonly string[];
  readonly context: LogtoContext;
  /** Whether the token is from client credentials: then there is no user. */
  readonly isMachine: boolean;
  /** When the user signed in at Logto, in seconds since 1970. */
  readonly authTime: number | undefined;
  /** How the user signed in at Logto, as an authentication context class. */
  readonly acr: string | undefined;
  /** Scopes of the access token for an API resource, in the bound organization if there is one. */
  scopes(resource: string | undefined, organizationId: string | undefined): Promise<readonly string[]>;
  /** Names of the user's roles; `undefined` if a token has no such claim. */
  roles(): Promise<readonly string[] | undefined>;
  isMemberOf(organizationId: string): Promise<boolean>;
  /** Names of the user's roles in an organization; `undefined` if a token has no such claim. */
  organizationRoles(organizationId: string): Promise<readonly string[] | undefined>;
  /** The user's permissions in an organization. */
  organizationScopes(organizationId: string): Promise<readonly string[]>;
}

/** Filters the `organization_roles` claim, whose values are `organizationId:roleName`. */
export function rolesIn(organizationId: string, organizationRoles: readonly string[]): string[] {
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
