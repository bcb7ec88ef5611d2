import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { application } from '../logto/issuer.js';

/** The header of a proxy that terminates TLS. */
export const fromTlsProxy = { 'x-forwarded-proto': 'https' };

/** Registers an application with an https URL at Logto. @returns the options of the app behind the proxy */
export function registerHttpsApplication(issuer: LogtoEmulator): { baseUrl: string; appId: string } {
  const baseUrl = 'https://app.example.com';
  const id = 'tls';
  const redirectUris = [`${baseUrl}/logto/sign-in-callback`];
  issuer.setApplication({ id, secret: application.secret, redirectUris });
  return { baseUrl, appId: id };
}
