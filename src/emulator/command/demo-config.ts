import type { LogtoEmulatorOptions } from '../options/logto-emulator-options.js';

const resource = 'https://api.example.com';

/** The tenant that starts without a configuration file. */
export const demoConfig: LogtoEmulatorOptions = {
  users: [
    {
      username: 'ada',
      password: 'lovelace',
      name: 'Ada Lovelace',
      primaryEmail: 'ada@example.com',
      roles: ['admin'],
      organizations: [{ id: 'engines', roles: ['owner'] }],
    },
    { username: 'grace', password: 'hopper', name: 'Grace Hopper', primaryEmail: 'grace@example.com' },
  ],
  applications: [
    { id: 'my-app', secret: 'my-app-secret', name: 'My app', backchannelLogoutSessionRequired: true },
  ],
  resources: [{ indicator: resource, scopes: ['read:things', 'write:things'] }],
  roles: [
    {
      name: 'admin',
      scopes: [
        { resource, name: 'read:things' },
        { resource, name: 'write:things' },
      ],
    },
  ],
  organizationTemplate: { scopes: ['invite'], roles: [{ name: 'owner', scopes: ['invite'] }] },
  organizations: [{ id: 'engines', name: 'Analytical Engines' }],
};
