import { Controller, Get, Query, Req, UseGuards, type ModuleMetadata } from '@nestjs/common';
import cookieParser from 'cookie-parser';
import type { Request } from 'express';
import session from 'express-session';
import {
  AuthUser,
  IdTokenClaims,
  LogtoGuard,
  LogtoModule,
  LogtoService,
  WithLogto,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import type { StartContender } from '../contenders.js';
import { application, encryptionKey, shortLived, type ContenderSetup } from '../support/setup.js';
import { sessionOptions } from '../support/stores.js';
import { listen } from './listen.js';
import { subscribeToEvents } from './subscribe-to-events.js';

@Controller()
class PagesController {
  constructor(private readonly logto: LogtoService) {}

  @Get('me')
  @UseGuards(LogtoGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): { hello: string } {
    return { hello: claims.sub };
  }

  @Get('token')
  @UseGuards(LogtoGuard)
  async token(@Req() request: Request, @Query('resource') resource: string): Promise<{ token: string }> {
    return { token: await this.logto.getAccessToken(request, { resource }) };
  }

  @Get('short-lived')
  @UseGuards(LogtoGuard)
  @WithLogto({ getAccessToken: true, resource: shortLived.indicator })
  shortLived(@AuthUser('accessToken') token: string): { token: string } {
    return { token };
  }
}

function partsOf(setup: ContenderSetup, own: Partial<LogtoModuleOptions>): ModuleMetadata {
  const logto = LogtoModule.forRoot({
    endpoint: setup.endpoint,
    appId: application.id,
    appSecret: application.secret,
    baseUrl: setup.baseUrl,
    scopes: ['read'],
    resources: [...setup.resources],
    ...own,
  });
  return { imports: [logto], controllers: [PagesController] };
}

/** The module, with the session that it mounts itself. */
export const start: StartContender = async (setup, store) =>
  listen(partsOf(setup, { session: { ...sessionOptions, store: await store() } }), setup);

/** The same with encrypted tokens. */
export const startWithEncryption: StartContender = async (setup, store) =>
  listen(
    partsOf(setup, {
      session: { ...sessionOptions, store: await store() },
      encryption: { keys: [encryptionKey] },
    }),
    setup,
  );

/** The module over a session that the app mounts itself. */
export const startOnOwnSession: StartContender = async (setup, store) => {
  const handler = session({ ...sessionOptions, store: await store() });
  return listen(partsOf(setup, {}), setup, (app) => {
    app.use(handler);
    app.use('/logto', cookieParser(sessionOptions.secret));
  });
};

/** The same as {@link start}, with a subscriber for each event. */
export const startWithSubscriber: StartContender = (...parameters) => {
  subscribeToEvents();
  return start(...parameters);
};
