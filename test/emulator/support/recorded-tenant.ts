import type { LogtoEmulatorOptions } from 'nestjs-logto/emulator';

import { admin, resource, things } from '../../support/logto/issuer.js';

/** The tenant of the recording. */
export const recordedTenant = (receiverUrl: string): LogtoEmulatorOptions => ({
  port: 0,
  users: [
    {
      username: 'ada',
      password: 'lovelace',
      name: 'Ada Lovelace',
      primaryEmail: 'ada@example.com',
      avatar: 'https://example.com/ada.png',
      customData: { plan: 'pro' },
      roles: ['admin'],
      organizations: [{ id: 'org_1', roles: ['member'] }],
    },
    { username: 'grace' },
  ],
  applications: [
    {
      id: 'web',
      secret: 'a-secret',
      redirectUris: ['https://app.example.com/callback'],
      postLogoutRedirectUris: ['https://app.example.com/'],
      backchannelLogoutUri: `${receiverUrl}/back-channel-logout`,
      backchannelLogoutSessionRequired: true,
      allowTokenExchange: true,
    },
    { id: 'spa', redirectUris: ['https://app.example.com/callback'] },
    {
      id: 'machine',
      secret: 'm-secret',
      type: 'MachineToMachine',
      roles: ['admin'],
      organizations: [{ id: 'org_1' }],
    },
  ],
  resources: [things],
  roles: [admin],
  organizationTemplate: { scopes: ['invite'], roles: [{ name: 'member', scopes: ['invite'] }] },
  organizations: [
    { id: 'org_1', name: 'Org' },
    { id: 'org_2', name: 'Other' },
  ],
  webhooks: [{ url: `${receiverUrl}/webhook`, signingKey: 'a-key', events: ['User.Data.Updated'] }],
});

/** A sign-in that requests all scopes and resources. */
export const everything = {
  prompt: 'consent',
  scope:
    'openid offline_access profile email phone custom_data identities roles urn:logto:scope:organizations urn:logto:scope:organization_roles read:things write:things invite',
  resource: [resource, 'urn:logto:resource:organizations'],
};
