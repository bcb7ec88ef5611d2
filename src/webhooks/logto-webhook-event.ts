import type { AnyLogtoEvent, DataEvent, InteractionEvent } from './webhook-payloads.js';
import type {
  GrantLimitExceeded,
  IdentifierLockout,
  LogtoWebhookUser,
  MembershipUpdated,
  MessageRateLimited,
  OrganizationRoleScopesUpdated,
  RoleScopesUpdated,
  TrustedDeviceEvent,
} from './webhook-payloads.js';

/** The webhook events of Logto 1.46, by name. Add an event that is missing here by augmentation. */
export interface LogtoWebhookEvents {
  PostRegister: InteractionEvent<'PostRegister'>;
  PostSignIn: InteractionEvent<'PostSignIn'>;
  PostSignInAdaptiveMfaTriggered: InteractionEvent<'PostSignInAdaptiveMfaTriggered'>;
  PostResetPassword: InteractionEvent<'PostResetPassword'>;
  'User.Created': DataEvent<'User.Created', LogtoWebhookUser>;
  /** `data` is the user who was deleted; older versions of Logto send `null`. */
  'User.Deleted': DataEvent<'User.Deleted', LogtoWebhookUser | null>;
  /** `data` is what Logto's API returned: the user, or only their custom data or profile. */
  'User.Data.Updated': DataEvent<'User.Data.Updated', Partial<LogtoWebhookUser>>;
  'User.SuspensionStatus.Updated': DataEvent<'User.SuspensionStatus.Updated', LogtoWebhookUser>;
  'TrustedDevice.Created': TrustedDeviceEvent<'TrustedDevice.Created'>;
  'TrustedDevice.Deleted': TrustedDeviceEvent<'TrustedDevice.Deleted'>;
  'Role.Created': DataEvent<'Role.Created'>;
  'Role.Deleted': DataEvent<'Role.Deleted'>;
  'Role.Data.Updated': DataEvent<'Role.Data.Updated'>;
  'Role.Scopes.Updated': RoleScopesUpdated;
  'Scope.Created': DataEvent<'Scope.Created'>;
  'Scope.Deleted': DataEvent<'Scope.Deleted'>;
  'Scope.Data.Updated': DataEvent<'Scope.Data.Updated'>;
  'Organization.Created': DataEvent<'Organization.Created'>;
  'Organization.Deleted': DataEvent<'Organization.Deleted'>;
  'Organization.Data.Updated': DataEvent<'Organization.Data.Updated'>;
  'Organization.Membership.Updated': MembershipUpdated;
  'OrganizationRole.Created': DataEvent<'OrganizationRole.Created'>;
  'OrganizationRole.Deleted': DataEvent<'OrganizationRole.Deleted'>;
  'OrganizationRole.Data.Updated': DataEvent<'OrganizationRole.Data.Updated'>;
  'OrganizationRole.Scopes.Updated': OrganizationRoleScopesUpdated;
  'OrganizationScope.Created': DataEvent<'OrganizationScope.Created'>;
  'OrganizationScope.Deleted': DataEvent<'OrganizationScope.Deleted'>;
  'OrganizationScope.Data.Updated': DataEvent<'OrganizationScope.Data.Updated'>;
  'Identifier.Lockout': IdentifierLockout;
  'Message.RateLimited': MessageRateLimited;
  'Grant.LimitExceeded': GrantLimitExceeded;
}

/** The name of an event that the types know. */
export type LogtoWebhookEventName = keyof LogtoWebhookEvents;

/* A type and a const of the same name: decorator metadata needs a value. */

/**
 * The payload of a webhook: of the events that `Name` names, or of any event.
 *
 * ```ts
 * @OnLogtoEvent('User.Deleted')
 * async forget({ params }: LogtoWebhookEvent<'User.Deleted'>) { … }
 * ```
 */
export type LogtoWebhookEvent<Name extends string = string> = Name extends LogtoWebhookEventName
  ? LogtoWebhookEvents[Name]
  : AnyLogtoEvent;
export const LogtoWebhookEvent = Object;
