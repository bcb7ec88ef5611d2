import type { LogtoEmulator } from 'nestjs-logto/emulator';
import type { TestApp } from '../app/app.js';
import { application } from './issuer.js';

/** Has Logto send its logout tokens to the app. */
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
