import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import {
  ConnectedSocket,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { LogtoService } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { startAccessIssuer } from '../guard/support/real-tokens.js';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { session, type TestAppParts } from '../support/app/app.js';
import type { Browser } from '../support/requests/browser.js';
import { passTime, restoreTime } from '../support/runner/clock.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { ownSession } from '../support/app/own-session.js';
import { ChatGateway } from './support/chat.gateway.js';
import { refused } from './support/refused.js';
import { SocketIoClient } from './support/socket-io-client.js';
import { startSocketApp } from './support/start-socket-app.js';
import { closeLater } from '../support/runner/leftovers.js';

const appSession = ownSession({ name: 'own.sid' });

interface Engine {
  engine: { use(middleware: unknown): void };
}

@WebSocketGateway()
class SessionOnTransportGateway extends ChatGateway implements OnGatewayInit<Engine> {
  afterInit(server: Engine): void {
    server.engine.use(appSession);
  }
}

@WebSocketGateway()
class BoundHandshakeGateway extends ChatGateway implements OnGatewayConnection {
  constructor(private readonly logto: LogtoService) {
    super();
  }

  handleConnection(
    @ConnectedSocket() client: { request: Parameters<LogtoService['bindHandshake']>[1] },
  ): void {
    this.logto.bindHandshake(client, client.request, appSession);
  }
}

describe('A session behind a socket.io connection', () => {
  let issuer: LogtoEmulator;

  beforeAll(async () => {
    issuer = await startAccessIssuer();
  });

  afterEach(restoreTime);

  async function connectAs(
    username: string,
    parts: Partial<TestAppParts>,
    gateway: Type = ChatGateway,
  ): Promise<{ browser: Browser; ask: (event: string) => Promise<unknown> }> {
    const app = closeLater(await startSocketApp(IoAdapter, gateway, { issuer, ...parts }));
    const { browser, handshake } = await signedInBrowser(app, issuer, username);
    const client = closeLater(await SocketIoClient.connect(app, { headers: handshake }));
    return { browser, ask: (event) => client.ask(event) };
  }

  it('is read again after at most ten seconds, not for each message: a sign-out ends it', async () => {
    const store = new MemorySessionStore();
    const { browser, ask } = await connectAs('ada', { logto: { session: { ...session, store } } });
    await ask('say');
    const reads = store.count('get');
    for (let message = 0; message < 20; message += 1) await ask('say');
    expect(store.count('get')).toBe(reads);

    await browser.open('/logto/sign-out');
    passTime(11);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
    expect(await ask('open')).toBe('anonymous');
  });

  it('ends when Logto suspends the user', async () => {
    const { ask } = await connectAs('bob', { logto: { revalidateAfter: 600 } });
    expect(await ask('say')).toBe('bob says');

    issuer.suspendUser('bob');
    passTime(700);
    expect(await ask('say')).toEqual(refused('not_authenticated'));
    issuer.restoreUser('bob');
  });

  it('fails guarded messages, and no others, while the store is down', async () => {
    const store = new MemorySessionStore();
    const { ask } = await connectAs('ada', { logto: { session: { ...session, store } } });
    store.shouldFail = (operation) => operation === 'get';

    expect(await ask('say')).toEqual(refused('session_store_unavailable'));
    expect(await ask('open')).toBe('anonymous');
    store.shouldFail = () => false;
    expect(await ask('say')).toBe('ada says');
  });

  describe('that the app mounts itself', () => {
    const mountsItsOwn: Partial<TestAppParts> = {
      logto: { session: undefined, cookieSecret: 'a-secret-for-cookies-of-the-specs' },
      configure: (nest) => nest.use(appSession),
    };

    it.each<[string, Type]>([
      ['the transport', SessionOnTransportGateway],
      ['LogtoService.bindHandshake', BoundHandshakeGateway],
    ])('gives the user when it is passed to %s, until the sign-out', async (_, gateway) => {
      const { browser, ask } = await connectAs('ada', mountsItsOwn, gateway);
      expect(await ask('say')).toBe('ada says');
      expect(await ask('read')).toBe('read');

      await browser.open('/logto/sign-out');
      passTime(11);
      expect(await ask('say')).toEqual(refused('not_authenticated'));
    });

    it('is missing when it is passed to neither, and the error says how to pass it', async () => {
      const { ask } = await connectAs('ada', mountsItsOwn);

      const answer = await ask('say');
      expect(answer).toEqual(refused('session_not_configured'));
      expect((answer as { message: string }).message).toContain('bindHandshake');
      expect(await ask('open')).toBe('anonymous');
    });
  });
});
