import { Controller, Get, Req } from '@nestjs/common';
import openid, { type ConfigParams, type SessionStore } from 'express-openid-connect';
import type { StartContender } from '../contenders.js';
import { application, sessionSecret, type ContenderSetup } from '../support/setup.js';
import { listen } from './listen.js';

@Controller()
class PagesController {
  @Get('me')
  me(@Req() request: { oidc: { user: { sub: string } } }): { hello: string } {
    return { hello: request.oidc.user.sub };
  }
}

function config({ endpoint, baseUrl }: ContenderSetup, store: SessionStore | undefined): ConfigParams {
  return {
    issuerBaseURL: `${endpoint}/oidc`,
    baseURL: baseUrl,
    clientID: application.id,
    clientSecret: application.secret,
    clientAuthMethod: 'client_secret_basic',
    secret: sessionSecret,
    idTokenSigningAlg: 'ES384',
    authRequired: false,
    authorizationParams: { response_type: 'code', scope: 'openid offline_access profile', prompt: 'consent' },
    routes: { login: '/logto/sign-in', logout: '/logto/sign-out', callback: '/logto/sign-in-callback' },
    ...(store ? { session: { store } } : {}),
  };
}

const startWith = (setup: ContenderSetup, store?: SessionStore): ReturnType<StartContender> =>
  listen({ controllers: [PagesController] }, setup, (app) => {
    app.use(openid.auth(config(setup, store)));
    app.use('/me', openid.requiresAuth());
  });

/** express-openid-connect with its sessions in the same store as the other contenders. */
export const start: StartContender = async (setup, store) =>
  startWith(setup, (await store()) as unknown as SessionStore);

/** express-openid-connect with its defaults: the whole session is in an encrypted cookie. */
export const startWithCookie: StartContender = (setup) => startWith(setup);
