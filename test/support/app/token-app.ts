import { UserScope, type LogtoModuleOptions } from 'nestjs-logto';
import type { LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import { startApp, type TestApp, type TestAppParts } from './app.js';
import { Latches } from '../runner/latches.js';
import { admin, application, resource, things } from '../logto/issuer.js';
import { ShopController, TokensController } from '../controllers/tokens.controller.js';

/** A second API resource, whose tokens have a shorter lifetime. */
export const otherResource = 'https://other.example.com';

/** The machine-to-machine application of the specs. */
export const machine = { appId: 'machine', appSecret: 'the-machine-secret-of-the-specs' } as const;

/** The tenant of the specs on tokens, except for its users. */
export const tokenTenant: LogtoEmulatorOptions = {
  applications: [
    { ...application, allowTokenExchange: true },
    {
      id: machine.appId,
      secret: machine.appSecret,
      type: 'MachineToMachine',
      roles: ['worker'],
      organizations: [{ id: 'org_1', roles: ['member'] }],
    },
  ],
  resources: [things, { indicator: otherResource, scopes: ['read:others'], accessTokenTtl: 600 }],
  roles: [admin, { name: 'worker', scopes: [{ resource, name: 'read:things' }] }],
  organizationTemplate: {
    scopes: ['invite'],
    roles: [{ name: 'member', scopes: ['invite'], resourceScopes: [{ resource, name: 'read:things' }] }],
  },
};

/** The options of the module for this tenant. */
export const tokenOptions: Partial<LogtoModuleOptions> = {
  resources: [resource, otherResource],
  scopes: [UserScope.Organizations, UserScope.Roles, 'read:things', 'read:others', 'invite'],
};

/** An app that uses tokens in every way. */
export async function startTokenApp(parts: TestAppParts): Promise<TestApp & { readonly latches: Latches }> {
  const app = await startApp({
    ...parts,
    controllers: [TokensController, ShopController],
    providers: [Latches],
    logto: { ...tokenOptions, ...parts.logto },
  });
  return { ...app, latches: app.app.get(Latches) };
}
