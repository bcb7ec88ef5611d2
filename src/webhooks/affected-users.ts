import type { LogtoWebhookEvent, LogtoWebhookEventName } from './logto-webhook-event.js';

/** Whose sessions an event concerns: they end, or their claims are refreshed. */
export interface AffectedUsers {
  readonly signedOut: readonly string[];
  readonly changed: readonly string[];
}

/** The events that name users. */
export const sessionEvents: readonly LogtoWebhookEventName[] = [
  'User.Deleted',
  'User.SuspensionStatus.Updated',
  'User.Data.Updated',
  'Organization.Membership.Updated',
];

const noUsers: AffectedUsers = { signedOut: [], changed: [] };

/** The users whom an event names. Events about roles, permissions and organizations themselves name none. */
export function affectedUsers(event: LogtoWebhookEvent): AffectedUsers {
  switch (event.event) {
    case 'User.Deleted':
      return { ...noUsers, signedOut: userOf(event) };
    case 'User.SuspensionStatus.Updated':
      return isSuspended(event) ? { ...noUsers, signedOut: userOf(event) } : noUsers;
    case 'User.Data.Updated':
      return { ...noUsers, changed: userOf(event) };
    case 'Organization.Membership.Updated':
      return { ...noUsers, changed: ids(event.addedUserIds, event.removedUserIds) };
    default:
      return noUsers;
  }
}

/**
 * The user of a change, from the path of the request at Logto. Without a path, users have changed their own data, and
 * `data` is the user. With a path, `data` may be custom data, in which an `id` means something else.
 */
function userOf({ params, data }: LogtoWebhookEvent): string[] {
  const named = isObject(params) ? params.userId : undefined;
  return ids([named ?? (isObject(data) ? data.id : undefined)]);
}

function isSuspended({ data }: LogtoWebhookEvent): boolean {
  return isObject(data) && data.isSuspended === true;
}

function ids(...lists: unknown[]): string[] {
  const named = lists.flat().filter((id): id is string => typeof id === 'string' && id !== '');
  return [...new Set(named)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
