/** The members of every webhook. */
export interface AnyLogtoEvent {
  /** The name of the event. */
  event: string;
  /** When Logto sent it, ISO 8601. */
  createdAt: string;
  /** The webhook in Logto Console. */
  hookId: string;
  /** The user agent of the request at Logto that caused the event. */
  userAgent?: string;
  [member: string]: unknown;
}

/** The application at Logto that an event is about. */
interface EventApplication {
  id: string;
  type: string;
  name: string;
  description: string | null;
}

/** A user, as Logto's Management API returns them. */
export interface LogtoWebhookUser {
  /** The claim `sub`. */
  id: string;
  username: string | null;
  primaryEmail: string | null;
  primaryPhone: string | null;
  name: string | null;
  avatar: string | null;
  customData: Record<string, unknown>;
  identities: Record<string, { userId: string; details?: Record<string, unknown> }>;
  profile: Record<string, unknown>;
  /** The application that the user first signed in to. */
  applicationId: string | null;
  isSuspended: boolean;
  /** Milliseconds, like all of Logto's timestamps. */
  lastSignInAt: number | null;
  createdAt: number;
  updatedAt: number;
  [field: string]: unknown;
}

/** Something that a user did on Logto's pages. */
interface InteractionContext extends AnyLogtoEvent {
  /** The session at Logto. */
  sessionId?: string;
  interactionEvent?: 'SignIn' | 'Register' | 'ForgotPassword';
  application?: EventApplication;
  /** The client's URL, if it is a client ID metadata document. */
  cimdClientId?: string;
}

/** A sign-in, a registration or a password reset. */
export interface InteractionEvent<Name extends string> extends InteractionContext {
  event: Name;
  userId?: string;
  user?: LogtoWebhookUser;
  userIp?: string;
}

/** What Logto's API was asked to change. */
interface DataContext<Name extends string> extends InteractionContext {
  event: Name;
  ip?: string;
  /** The path, its parameters and the method of the request; absent if users change something themselves. */
  path?: string;
  matchedRoute?: string;
  params?: Record<string, string>;
  method?: string;
  /** The status of Logto's response. */
  status?: number;
}

/** A change of a user, a role, a permission or an organization. `data` is what Logto's API returned. */
export interface DataEvent<
  Name extends string,
  Data = Record<string, unknown> | null,
> extends DataContext<Name> {
  data?: Data;
}

/** Members were added to an organization, or removed from it. Lists without changes are absent, as in older versions. */
export interface MembershipUpdated extends DataContext<'Organization.Membership.Updated'> {
  organizationId: string;
  /** At most 5000. */
  addedUserIds?: string[];
  /** At most 5000. */
  removedUserIds?: string[];
  addedApplicationIds?: string[];
  removedApplicationIds?: string[];
}

/** Permissions were added to a role, or removed from it. */
export interface RoleScopesUpdated extends DataContext<'Role.Scopes.Updated'> {
  /** If the role was created with them; else it is `params.id`. */
  roleId?: string;
  data?: Record<string, unknown>[] | null;
}

/** Permissions were added to a role of organizations, or removed from it. */
export interface OrganizationRoleScopesUpdated extends DataContext<'OrganizationRole.Scopes.Updated'> {
  /** If the role was created with them; else it is `params.id`. */
  organizationRoleId?: string;
  data?: unknown;
}

/** A user trusted a device, or no longer does. */
export interface TrustedDeviceEvent<Name extends string> extends DataContext<Name> {
  data: { id: string; userId: string; expiresAt: number };
}

/** Too many failed sign-ins have locked an identifier. */
export interface IdentifierLockout extends DataContext<'Identifier.Lockout'> {
  /** `username`, `email` or `phone`, and its value. */
  type?: string;
  value?: string;
}

/** Too many messages were sent to a recipient. */
export interface MessageRateLimited extends DataContext<'Message.RateLimited'> {
  action?: string;
  recipient?: string;
}

/** A user had more grants than the application allows. Logto has revoked the oldest. */
export interface GrantLimitExceeded extends DataContext<'Grant.LimitExceeded'> {
  userId: string;
  applicationId?: string;
  revokedGrantIds: string[];
  maxAllowedGrants: number;
  preRevocationActiveGrantCount: number;
}
