import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Module,
  NotFoundException,
  UseGuards,
  UseInterceptors,
  type MiddlewareConsumer,
  type NestMiddleware,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { LogtoExceptionFilter, LogtoGuard, WithLogto } from 'nestjs-logto';
import { signedInBrowser } from '../guard/support/signed-in-browser.js';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { closeLater } from '../support/runner/leftovers.js';
import { SocketIoClient } from '../user/support/socket-io-client.js';
import { Page } from './support/page.js';

const page = await Page.open('docs/how-to/get-the-user.md');
const issuer = await startIssuer();

/** What a block exports, by name. */
const exportsOf = (text: string): Promise<Record<string, Type>> => page.run<Record<string, Type>>(text);

async function exportedBy(text: string, name: string): Promise<Type> {
  const value = (await exportsOf(text))[name];
  if (value === undefined) throw new Error(`The block exports no ${name}`);
  return value;
}

describe('The code of the page "Get the user" gets the user', () => {
  it('in a handler', async () => {
    const controllers = [await exportedBy('class ProfileController', 'ProfileController')];
    const app = await startApp({ issuer, controllers });
    const browser = app.browser();
    expect((await browser.fetch('/greeting')).text).toBe('Hello stranger');
    expect((await browser.fetch('/profile')).status).toBe(401);
    await browser.signIn(issuer);
    expect((await browser.fetch('/greeting')).text).toBe('Hello Ada Lovelace');
    expect((await browser.fetch('/profile')).json()).toEqual({ id: 'ada', name: 'Ada Lovelace' });
  });

  it('in a service, as an argument', async () => {
    const { OrdersController, OrdersService } = await exportsOf('class OrdersService');
    const app = await startApp({
      issuer,
      controllers: [OrdersController as Type],
      providers: [OrdersService as Type],
    });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/orders')).json()).toEqual(['an order of ada']);
  });

  it('in a request-scoped service, for parallel requests of several users', async () => {
    const CurrentUser = await exportedBy('Scope.REQUEST', 'CurrentUser');
    @Controller('who')
    class WhoController {
      constructor(@Inject(CurrentUser) private readonly user: { id?: string }) {}

      @Get()
      @UseGuards(LogtoGuard)
      who(): string {
        return String(this.user.id);
      }
    }
    const app = await startApp({ issuer, controllers: [WhoController], providers: [CurrentUser] });
    const browsers = [await app.signedInBrowser(issuer), await app.signedInBrowser(issuer, 'bob')];
    const pages = await Promise.all(browsers.map((browser) => browser.fetch('/who')));
    expect(pages.map(({ text }) => text)).toEqual(['ada', 'bob']);
  });

  it('in middleware, with user info from LogtoService', async () => {
    const AccessLog = await exportedBy('class AccessLog', 'AccessLog');
    const PlanHeader = await exportedBy('class PlanHeader', 'PlanHeader');
    @Controller()
    class HomeController {
      @Get()
      home(): string {
        return 'home';
      }
    }
    @Module({ controllers: [HomeController] })
    class HomeModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(AccessLog as Type<NestMiddleware>, PlanHeader).forRoutes('{*path}');
      }
    }
    const app = await startApp({ issuer, imports: [HomeModule], logto: { scopes: ['custom_data'] } });
    const browser = app.browser();
    expect((await browser.fetch('/')).headers.get('x-plan')).toBe('free');
    await browser.signIn(issuer);
    expect((await browser.fetch('/')).headers.get('x-plan')).toBe('pro');
    expect(leaks.logged.join('\n')).toMatch(/GET \/ anonymous[^]*GET \/ ada/);
  });

  it('in a guard and an interceptor', async () => {
    const StaffGuard = await exportedBy('class StaffGuard', 'StaffGuard');
    const OwnerInterceptor = await exportedBy('class OwnerInterceptor', 'OwnerInterceptor');
    @Controller('staff')
    class StaffController {
      @Get()
      @UseGuards(LogtoGuard, StaffGuard)
      @UseInterceptors(OwnerInterceptor)
      @WithLogto({ fetchUserInfo: true })
      staff(): object {
        return { title: 'a book' };
      }
    }
    const app = await startApp({ issuer, controllers: [StaffController], logto: { scopes: ['email'] } });
    const ada = await app.signedInBrowser(issuer);
    expect((await ada.fetch('/staff')).json()).toEqual({ title: 'a book', owner: 'ada' });
    const bob = await app.signedInBrowser(issuer, 'bob');
    expect((await bob.fetch('/staff')).status).toBe(403);
  });

  it('in an exception filter', async () => {
    const ReportingFilter = await exportedBy('class ReportingFilter', 'ReportingFilter');
    @Controller('missing')
    class MissingController {
      @Get()
      missing(): never {
        throw new NotFoundException('No such order');
      }
    }
    const app = await startApp({
      issuer,
      controllers: [MissingController],
      configure: (nest) =>
        nest.useGlobalFilters(new ReportingFilter(nest.get(HttpAdapterHost).httpAdapter) as never),
    });
    const browser = await app.signedInBrowser(issuer);
    expect((await browser.fetch('/missing')).status).toBe(404);
    expect(leaks.logged.join('\n')).toContain('No such order (user ada)');
  });

  it.each([
    ['ReportingFilter', /^\{"type":"about:blank"/, 'application/json'],
    ['EverythingFilter', /^\{"type":"about:blank"/, 'application/problem+json'],
  ])(
    'in a filter of the whole app, which keeps the redirect to the sign-in: %s',
    async (name, body, type) => {
      const filter = await exportedBy(`class ${name}`, name);
      @Controller('protected')
      class ProtectedController {
        @Get()
        @UseGuards(LogtoGuard)
        hello(): string {
          return 'hello';
        }
      }
      const app = await startApp({
        issuer,
        controllers: [ProtectedController],
        providers: [LogtoExceptionFilter, { provide: APP_FILTER, useClass: filter }],
      });
      const redirect = await app.browser().open('/protected');
      expect([redirect.status, redirect.location]).toEqual([302, expect.stringContaining('/logto/sign-in')]);
      const refused = await app.browser().fetch('/protected');
      expect(refused.status).toBe(401);
      expect(refused.text).toMatch(body);
      expect(refused.headers.get('content-type')).toContain(type);
      expect((await app.browser().fetch('/unknown')).status).toBe(404);
    },
  );

  it('in a WebSocket message', async () => {
    const ChatGateway = await exportedBy('class ChatGateway', 'ChatGateway');
    const app = await startApp({
      issuer,
      providers: [ChatGateway],
      configure: (nest) => nest.useWebSocketAdapter(new IoAdapter(nest)),
    });
    const { handshake } = await signedInBrowser(app, issuer, 'ada');
    const ada = closeLater(await SocketIoClient.connect(app, { headers: handshake }));
    expect(await ada.ask('say')).toBe('ada says hello');
    const stranger = closeLater(await SocketIoClient.connect(app));
    expect(await stranger.ask('say')).toMatchObject({ code: 'not_authenticated' });
  });

  it('in decorators of your own', async () => {
    const controllers = [await exportedBy('class MeController', 'MeController')];
    const browser = await (await startApp({ issuer, controllers })).signedInBrowser(issuer);
    expect((await browser.fetch('/me')).json()).toEqual({ id: 'ada', name: 'Ada Lovelace' });
  });
});
