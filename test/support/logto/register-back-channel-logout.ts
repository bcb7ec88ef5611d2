import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../app/app.js';
import { application } from './issuer.js';

/** Registers the app at Logto for back-channel logout. */
export function registerBackChannelLogout(
  issuer: LogtoEmulator,
  app: TestApp,
  { sessionRequired = true, path = '/logto/back-channel-logout' } = {},
): void {
  issuer.setApplication({
    ...application,
    backchannelLogoutUri: app.baseUrl + path,
    backchannelLogoutSessionRequired: sessionRequired,
  });
}
