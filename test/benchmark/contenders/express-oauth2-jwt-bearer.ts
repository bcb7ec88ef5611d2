import { Controller, Get, Req } from '@nestjs/common';
import { auth } from 'express-oauth2-jwt-bearer';
import type { StartContender } from '../contenders.js';
import { audience } from '../support/setup.js';
import { listen } from './listen.js';

@Controller()
class PagesController {
  @Get('me')
  me(@Req() { auth: { payload } }: { auth: { payload: { sub: string } } }): { hello: string } {
    return { hello: payload.sub };
  }
}

/** Auth0's middleware for bearer tokens. */
export const start: StartContender = (setup) =>
  listen({ controllers: [PagesController] }, setup, (app) => {
    const issuer = `${setup.endpoint}/oidc`;
    app.use(
      '/me',
      auth({ issuer, jwksUri: `${issuer}/jwks`, audience, tokenSigningAlg: 'ES384', strict: true }),
    );
  });
