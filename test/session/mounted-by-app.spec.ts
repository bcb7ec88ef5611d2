import { afterEach, describe, it } from '@jest/globals';
import { Module, type MiddlewareConsumer } from '@nestjs/common';
import cookieParser from 'cookie-parser';
import expressSession, { type SessionOptions } from 'express-session';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { restoreTime } from '../support/runner/clock.js';
import { expectSessionWorks } from '../support/app/expect-session-works.js';
import { expectStoredBeforeAnswer } from '../support/app/expect-stored-before-answer.js';
import { startIssuer } from '../support/logto/issuer.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { ownSession } from '../support/app/own-session.js';
import { PagesController } from '../support/requests/pages.js';
import { mountedByApp } from '../support/app/session-mounts.js';

const issuer = await startIssuer();

const start = (parts: Partial<TestAppParts>): Promise<TestApp> =>
  startApp({ issuer, controllers: [PagesController], ...parts });

describe('A session that the app mounts itself', () => {
  afterEach(() => restoreTime());

  it('works as Logto’s tutorial sets it up', async () => {
    const app = await start({
      logto: { session: undefined },
      configure: (nest) => {
        nest.use(cookieParser());
        nest.use(
          expressSession({ secret: 'a-secret-of-the-tutorial', cookie: { maxAge: 14 * 24 * 60 * 60 } }),
        );
      },
    });

    await expectSessionWorks(app, issuer, 'connect.sid');
  });

  it.each<[string, Partial<SessionOptions>]>([
    ['without resave and saveUninitialized', {}],
    ['with resave', { resave: true }],
    ['with saveUninitialized', { saveUninitialized: true }],
    ['with a store and a name of its own', { store: new MemorySessionStore(), name: 'shop-sid' }],
    ['with rolling cookies', { rolling: true, cookie: { maxAge: 2 * 60 * 60 * 1000 } }],
    ['with a cookie that ends with the browser', { cookie: { sameSite: 'lax' } }],
    ['with a rotated secret', { secret: ['new-secret', 'old-secret'] }],
  ])('works %s', async (_, options) => {
    await expectSessionWorks(await start(mountedByApp(options)), issuer, options.name ?? 'connect.sid');
  });

  it('works when a module of the app mounts it', async () => {
    @Module({})
    class SessionModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(ownSession()).forRoutes('{*path}');
      }
    }

    const app = await start({ logto: { session: undefined }, imports: [SessionModule] });

    await expectSessionWorks(app, issuer, 'connect.sid');
  });

  it('is stored before the callback is answered, however slow the store is', async () => {
    const store = new MemorySessionStore();
    await expectStoredBeforeAnswer(await start(mountedByApp({ store })), issuer, store);
  });
});
