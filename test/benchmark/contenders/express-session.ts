import { Controller, Get, Session, UnauthorizedException } from '@nestjs/common';
import session from 'express-session';
import type { StartContender } from '../contenders.js';
import { sessionOptions } from '../support/stores.js';
import { EmptyInterceptor } from './empty-interceptor.js';
import { listen } from './listen.js';

/** The session of an app that signs in its users itself. */
interface OwnSession {
  user?: { claims: { sub: string } };
}

@Controller()
class PagesController {
  @Get('me')
  me(@Session() { user }: OwnSession): { hello: string } {
    if (!user) throw new UnauthorizedException();
    return { hello: user.claims.sub };
  }
}

/** Nest with express-session; the app keeps the user in the session. */
export const start: StartContender = async (setup, store) => {
  const handler = session({ ...sessionOptions, store: await store() });
  return listen({ controllers: [PagesController] }, setup, (app) => void app.use(handler));
};

/** The same app with one empty interceptor. */
export const startWithInterceptor: StartContender = async (setup, store) => {
  const handler = session({ ...sessionOptions, store: await store() });
  return listen({ controllers: [PagesController] }, setup, (app) => {
    app.use(handler);
    app.useGlobalInterceptors(new EmptyInterceptor());
  });
};
