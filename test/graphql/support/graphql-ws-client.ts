import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TestApp } from '../../support/app/app.js';

/** A graphql-ws client whose handshake has these headers. */
export function graphqlWsClient(
  app: TestApp,
  headers: Record<string, string>,
  options: Partial<ClientOptions> = {},
): Client {
  class Socket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers });
    }
  }
  return createClient({
    url: `${app.baseUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    retryAttempts: 0,
    ...options,
  });
}
