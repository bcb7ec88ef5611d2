import { startLogtoEmulator } from 'nestjs-logto/emulator';
import { expose } from './support/remote.js';
import { application, audience, machine, resources, shortLived, username } from './support/setup.js';

/** The emulator of Logto, in its own process. */
const emulator = await startLogtoEmulator({
  port: 0,
  allowProduction: true,
  users: [
    {
      id: username,
      username,
      name: 'Ada Lovelace',
      primaryEmail: 'ada@example.com',
      avatar: 'https://example.com/ada.png',
      roles: ['member'],
    },
  ],
  applications: [{ ...application }, { ...machine, type: 'MachineToMachine', roles: ['member'] }],
  resources: [
    ...[audience, ...resources].map((indicator) => ({ indicator, scopes: ['read'] })),
    { indicator: shortLived.indicator, scopes: ['read'], accessTokenTtl: shortLived.lifetime },
  ],
  roles: [
    {
      name: 'member',
      scopes: [audience, ...resources, shortLived.indicator].map((resource) => ({ resource, name: 'read' })),
    },
  ],
});

const functions = {
  endpoint: () => emulator.endpoint,
  /** Goes through the sign-in pages. @returns the callback URL, without opening it */
  signIn: async (url: string) => (await emulator.signIn(url, { username })).href,
  /** The number of requests to each endpoint since the last call. */
  requests: (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { endpoint } of emulator.requests()) {
      if (endpoint !== undefined) counts[endpoint] = (counts[endpoint] ?? 0) + 1;
    }
    emulator.resetRequests();
    return counts;
  },
  /** Different access tokens for {@link audience}. */
  accessTokens: async (count: number): Promise<string[]> => {
    const tokens: string[] = [];
    while (tokens.length < count) {
      const response = await fetch(`${emulator.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${machine.id}:${machine.secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'read' }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      tokens.push(access_token);
    }
    emulator.resetRequests();
    return tokens;
  },
};

export type ProviderFunctions = typeof functions;

expose(functions);
