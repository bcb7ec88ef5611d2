import { startLogtoEmulator, type LogtoEmulator, type LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import { leaks } from '../runner/leaks.js';
import { leftovers } from '../runner/leftovers.js';

/** The application that the specs sign in with. */
export const application = { id: 'app', secret: 'the-application-secret-of-the-specs' } as const;

/** An API resource for which the specs get access tokens. */
export const resource = 'https://api.example.com';

/** That resource with its scopes. */
export const things = { indicator: resource, scopes: ['read:things', 'write:things'] };

/** A role with all scopes of that resource. */
export const admin = { name: 'admin', scopes: things.scopes.map((name) => ({ resource, name })) };

/** Starts an emulator with two users, two organizations and an API resource. */
export async function startIssuer(options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  const issuer = await startLogtoEmulator({
    port: 0,
    users: [
      {
        id: 'ada',
        username: 'ada',
        password: 'ada-password',
        name: 'Ada Lovelace',
        primaryEmail: 'ada@example.com',
        avatar: 'https://example.com/ada.png',
        customData: { plan: 'pro' },
        roles: ['admin'],
        organizations: [{ id: 'org_1', roles: ['member'] }],
      },
      { id: 'bob', username: 'bob', password: 'bob-password', name: 'Bob' },
    ],
    applications: [{ ...application }],
    resources: [things],
    roles: [admin],
    organizationTemplate: { scopes: ['invite'], roles: [{ name: 'member', scopes: ['invite'] }] },
    organizations: [
      { id: 'org_1', name: 'Org One' },
      { id: 'org_2', name: 'Org Two' },
    ],
    ...options,
  });
  leaks.watchIssuer(issuer);
  issuer.close = leftovers.add(issuer.close.bind(issuer));
  return issuer;
}
