import { randomBytes } from 'node:crypto';
import { startLogtoEmulator, type LogtoEmulator } from 'nestjs-logto/emulator';
import { findWebSample } from './find-web-sample.js';
import type { Machine } from './machine.js';

/** This sample's own emulator, with a machine-to-machine application that may call the API. */
export interface Demo {
  emulator: LogtoEmulator;
  machine: Machine;
}

/** Which Logto the API trusts. */
export interface Preparation {
  /** The emulator, if one was started. */
  demo?: Demo;
  /** Lines to print about it. */
  logto: string[];
}

/**
 * Sets environment variables that are not set. Without `LOGTO_ENDPOINT`, it uses the emulator of the web sample if that
 * is running, so that the web sample can call this API. Otherwise it starts an emulator in this process.
 */
export async function prepareEnvironment(): Promise<Preparation> {
  const { env } = process;
  env.PORT ||= '3100';
  env.LOGTO_RESOURCE ||= 'https://books.example.com';
  if (env.LOGTO_ENDPOINT) return { logto: [env.LOGTO_ENDPOINT] };

  const found = await findWebSample(env.LOGTO_RESOURCE);
  if (found?.isWebSample) {
    env.LOGTO_ENDPOINT = found.endpoint;
    return { logto: [`${found.endpoint}, the emulator of the web sample`] };
  }
  const demo = await startDemo(env.LOGTO_RESOURCE);
  env.LOGTO_ENDPOINT = demo.emulator.endpoint;
  const logto = [`${demo.emulator.endpoint}, an emulator in this process`];
  if (found) {
    logto.push(`The server at ${found.endpoint} is not the emulator of the web sample, or does not have`);
    logto.push(`the resource ${env.LOGTO_RESOURCE}. If it is your Logto, set LOGTO_ENDPOINT.`);
  }
  return { demo, logto };
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
