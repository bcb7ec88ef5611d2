import type { LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import { application } from '../../support/logto/issuer.js';

/** A machine-to-machine application that may call the Management API. */
export const machine = { appId: 'machine', appSecret: 'the-machine-secret-of-the-specs' };
/** An application with the URIs of another app. */
export const unregistered = { appId: 'unregistered', appSecret: 'the-other-secret-of-the-specs' };
/** The redirect URI of the app. */
export const callback = 'http://localhost:3000/logto/sign-in-callback';

/** The tenant of the specs on the diagnosis. */
export const diagnosedTenant: LogtoEmulatorOptions = {
  applications: [
    { ...application },
    { id: 'public' },
    {
      id: unregistered.appId,
      secret: unregistered.appSecret,
      redirectUris: ['https://app.example.com/callback'],
      postLogoutRedirectUris: ['https://app.example.com/'],
    },
    {
      id: 'callback-only',
      secret: unregistered.appSecret,
      redirectUris: [callback],
      postLogoutRedirectUris: ['https://app.example.com/'],
    },
    {
      id: machine.appId,
      secret: machine.appSecret,
      type: 'MachineToMachine',
      roles: ['Logto Management API access'],
    },
    { id: 'machine-without-role', secret: machine.appSecret, type: 'MachineToMachine' },
  ],
};
