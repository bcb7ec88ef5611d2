import { randomBytes } from 'node:crypto';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import type { Machine } from './machine.js';

/** A stand-in of this sample's own, with a program that may call the API. */
export interface Demo {
  emulator: LogtoEmulator;
  machine: Machine;
}

/** Where `npm start` has its stand-in. */
const webSample = 'http://localhost:3001';

/**
 * Fills in what the environment leaves open. Without `LOGTO_ENDPOINT` the stand-in of the web sample is taken if
 * that runs, for then its pages can call this API; otherwise one starts in this process.
 * @returns the stand-in, if one was started
 */
export async function prepareEnvironment(): Promise<Demo | undefined> {
  const { env } = process;
  env.PORT ||= '3100';
  env.LOGTO_RESOURCE ||= 'https://books.example.com';
  if (env.LOGTO_ENDPOINT) return undefined;
  if (await answers(`${webSample}/oidc/.well-known/openid-configuration`)) {
    env.LOGTO_ENDPOINT = webSample;
    return undefined;
  }
  const demo = await startDemo(env.LOGTO_RESOURCE);
  env.LOGTO_ENDPOINT = demo.emulator.endpoint;
  return demo;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

async function startDemo(resource: string): Promise<Demo> {
  const machine = { id: 'night-shift', secret: randomBytes(24).toString('base64url') };
  const emulator = await startLogtoEmulator({
    port: 0,
    applications: [
      {
        ...machine,
        type: 'MachineToMachine',
        roles: ['reader'],
        organizations: [{ id: 'city-library', roles: ['board'] }],
      },
    ],
    resources: [{ indicator: resource, scopes: ['read:books', 'write:books'] }],
    roles: [{ name: 'reader', scopes: [{ resource, name: 'read:books' }] }],
    organizationTemplate: {
      scopes: ['invite:readers'],
      roles: [{ name: 'board', scopes: ['invite:readers'] }],
    },
    organizations: [{ id: 'city-library', name: 'City Library' }],
  });
  return { emulator, machine };
}
