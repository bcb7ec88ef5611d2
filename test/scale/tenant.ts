import { startLogtoEmulator, type LogtoEmulator, type LogtoEmulatorOptions } from 'nestjs-logto/emulator';

export const application = {
  id: 'scale-app-2f8e7b1c0d',
  secret: 'the-application-secret-of-the-measurement',
} as const;

/** An API resource with access tokens of an hour, and one whose tokens expire at once. */
export const resource = 'https://api.example.com';
export const shortLived = { indicator: 'https://short-lived.example.com', lifetime: 2 } as const;

const roles = ['admin', 'billing', 'editor', 'support', 'viewer'];
export const scopes = ['read:orders', 'write:orders', 'read:invoices', 'write:invoices', 'read:reports'];
const organizations = ['acme0b2c4d6e', 'globex8f7e6d', 'initech5a4b3c'];

/** Users as small and as large as they usually are: with a profile only, and with roles and organizations too. */
export type UserKind = 'small' | 'typical';

/** @param count how many users of each kind there are: `small-0`, `typical-0`, … */
export function startTenant(count: number, more: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  const indices = Array.from({ length: count }, (_, index) => index);
  return startLogtoEmulator({
    port: 0,
    allowProduction: true,
    users: [
      ...indices.map((index) => ({ username: `small-${index}` })),
      ...indices.map((index) => typicalUser(index)),
    ],
    applications: [
      {
        ...application,
        // Without it, ID tokens have no `sid`.
        backchannelLogoutUri: 'http://localhost:9/logto/back-channel-logout',
        backchannelLogoutSessionRequired: true,
      },
    ],
    resources: [
      { indicator: resource, scopes },
      { indicator: shortLived.indicator, scopes: ['read:orders'], accessTokenTtl: shortLived.lifetime },
    ],
    roles: roles.map((name) => ({
      name,
      scopes: [
        ...scopes.map((scope) => ({ resource, name: scope })),
        { resource: shortLived.indicator, name: 'read:orders' },
      ],
    })),
    organizationTemplate: {
      scopes: ['invite', 'manage'],
      roles: ['member', 'owner'].map((name) => ({ name, scopes: ['invite', 'manage'] })),
    },
    organizations: organizations.map((id) => ({ id, name: id })),
    ...more,
  });
}

function typicalUser(index: number): NonNullable<LogtoEmulatorOptions['users']>[number] {
  return {
    username: `typical-${index}`,
    name: `Augusta Ada Lovelace ${index}`,
    primaryEmail: `augusta.lovelace-${index}@example.com`,
    primaryPhone: '4915112345678',
    avatar: `https://images.example.com/avatars/${index}/256.png`,
    customData: { plan: 'business', theme: 'dark', onboarding: { step: 4, done: true } },
    profile: { givenName: 'Ada', familyName: 'Lovelace', locale: 'en-GB', zoneinfo: 'Europe/London' },
    identities: { google: { userId: '108234567890123456789', details: { email: 'ada@gmail.example' } } },
    roles,
    organizations: organizations.map((id) => ({ id, roles: ['member', 'owner'] })),
  };
}
