import { randomBytes } from 'node:crypto';
import {
  LogtoEmulatorError,
  startLogtoEmulator,
  type LogtoEmulator,
  type LogtoEmulatorOptions,
} from 'nestjs-logto/emulator';
import { people } from './people.js';

/** A running emulator, and the sample's application there. */
export interface EmbeddedLogto {
  emulator: LogtoEmulator;
  application: { id: string; secret: string };
  /** The API resource to get access tokens for. */
  resource: string;
}

const resource = 'https://books.example.com';
const readBooks = { resource, name: 'read:books' };
const writeBooks = { resource, name: 'write:books' };

/** Starts an emulator of Logto in this process, with a few users and an organization. */
export async function startEmbeddedLogto(baseUrl: string): Promise<EmbeddedLogto> {
  const application = { id: 'reading-room', secret: randomBytes(24).toString('base64url') };
  const emulator = await startEmulator(Number(process.env.LOGTO_EMULATOR_PORT || 3001), {
    applications: [
      {
        ...application,
        name: 'Reading Room',
        redirectUris: [`${baseUrl}/logto/sign-in-callback`],
        postLogoutRedirectUris: [baseUrl],
      },
    ],
    users: people,
    webhooks: [{ url: `${baseUrl}/logto/webhooks` }],
    resources: [{ indicator: resource, scopes: ['read:books', 'write:books'] }],
    roles: [
      { name: 'reader', scopes: [readBooks] },
      { name: 'librarian', scopes: [readBooks, writeBooks] },
    ],
    organizationTemplate: {
      scopes: ['invite:readers'],
      roles: [{ name: 'board', scopes: ['invite:readers'] }],
    },
    organizations: [{ id: 'city-library', name: 'City Library', description: 'Open until late.' }],
  });
  return { emulator, application, resource };
}

/** Starts the emulator on `port`, or on any free port if `port` is in use, for example by a real Logto. */
async function startEmulator(port: number, options: LogtoEmulatorOptions): Promise<LogtoEmulator> {
  try {
    return await startLogtoEmulator({ ...options, port });
  } catch (error) {
    if (!(error instanceof LogtoEmulatorError) || error.code !== 'port_in_use') throw error;
    return startLogtoEmulator({ ...options, port: 0 });
  }
}
