import { Controller, Get, Req, UnauthorizedException } from '@nestjs/common';
import { handleAuthRoutes, withLogto, type LogtoExpressConfig } from '@logto/express';
import cookieParser from 'cookie-parser';
import session from 'express-session';
import type { StartContender } from '../contenders.js';
import { application, shortLived } from '../support/setup.js';
import { sessionOptions } from '../support/stores.js';
import { listen } from './listen.js';

/** The properties that `withLogto` sets on the request. */
interface WithUser {
  user: { isAuthenticated: boolean; claims?: { sub: string }; accessToken?: string };
}

@Controller()
class PagesController {
  @Get('me')
  me(@Req() { user }: WithUser): { hello: string } {
    if (!user.isAuthenticated || !user.claims) throw new UnauthorizedException();
    return { hello: user.claims.sub };
  }

  @Get(['token', 'short-lived'])
  token(@Req() { user }: WithUser): { token: string } {
    if (!user.isAuthenticated || user.accessToken === undefined) throw new UnauthorizedException();
    return { token: user.accessToken };
  }
}

/** The official SDK for Express in a Nest app, set up as in its documentation. */
export const start: StartContender = async (setup, store) => {
  const config: LogtoExpressConfig = {
    endpoint: setup.endpoint,
    appId: application.id,
    appSecret: application.secret,
    baseUrl: setup.baseUrl,
    scopes: ['read'],
    resources: [...setup.resources],
  };
  const handler = session({ ...sessionOptions, store: await store() });
  return listen({ controllers: [PagesController] }, setup, (app) => {
    app.use(cookieParser());
    app.use(handler);
    app.use(handleAuthRoutes(config));
    app.use('/me', withLogto(config));
    app.use('/short-lived', withLogto({ ...config, getAccessToken: true, resource: shortLived.indicator }));
    for (const resource of setup.resources) {
      const forResource = withLogto({ ...config, getAccessToken: true, resource });
      app.use('/token', (...[request, response, next]: Parameters<typeof forResource>) => {
        if (request.query.resource === resource) void forResource(request, response, next);
        else next();
      });
    }
  });
};
