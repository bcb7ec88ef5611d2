import {
  Controller,
  Get,
  Module,
  Session,
  UnauthorizedException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import session from 'express-session';
import type { Observable } from 'rxjs';
import type { StartContender } from '../contenders.js';
import { sessionOptions } from '../support/stores.js';
import { listen } from './listen.js';

/** The session of an app that signs its users in by itself. */
interface OwnSession {
  user?: { claims: { sub: string } };
}

@Controller()
class PagesController {
  @Get()
  home(): { page: string } {
    return { page: 'home' };
  }

  @Get('me')
  me(@Session() { user }: OwnSession): { hello: string } {
    if (!user) throw new UnauthorizedException();
    return { hello: user.claims.sub };
  }
}

@Module({ controllers: [PagesController] })
class AppModule {}

class EmptyInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

/** Nest with express-session, which keeps the user in the session. */
export const start: StartContender = async (setup, store) => {
  const handler = session({ ...sessionOptions, store: await store() });
  return listen(AppModule, setup, (app) => void app.use(handler));
};

/** The same with a global interceptor that does nothing. */
export const startWithInterceptor: StartContender = async (setup, store) => {
  const handler = session({ ...sessionOptions, store: await store() });
  return listen(AppModule, setup, (app) => {
    app.use(handler);
    app.useGlobalInterceptors(new EmptyInterceptor());
  });
};
