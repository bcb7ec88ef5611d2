import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Store } from 'express-session';
import type { ContenderSetup } from './support/setup.js';

/** Starts a contender's app. The app listens once the promise is fulfilled. */
export type StartContender = (
  setup: ContenderSetup,
  store: () => Promise<Store>,
) => Promise<NestExpressApplication>;

/** The apps to compare. Each process loads its own contender only, so that no contender pays for another's imports. */
export const contenders = {
  nest: async () => (await import('./contenders/nest.js')).start,
  'nest + interceptor': async () => (await import('./contenders/nest.js')).startWithInterceptor,
  'express-session': async () => (await import('./contenders/express-session.js')).start,
  'express-session + interceptor': async () =>
    (await import('./contenders/express-session.js')).startWithInterceptor,
  'nestjs-logto': async () => (await import('./contenders/nestjs-logto.js')).start,
  'nestjs-logto, encrypted': async () => (await import('./contenders/nestjs-logto.js')).startWithEncryption,
  "nestjs-logto, app's session": async () => (await import('./contenders/nestjs-logto.js')).startOnOwnSession,
  'nestjs-logto, with a subscriber': async () =>
    (await import('./contenders/nestjs-logto.js')).startWithSubscriber,
  '@logto/express': async () => (await import('./contenders/logto-express.js')).start,
  'express-openid-connect': async () => (await import('./contenders/express-openid-connect.js')).start,
  'express-openid-connect, cookie': async () =>
    (await import('./contenders/express-openid-connect.js')).startWithCookie,
  LogtoApiGuard: async () => (await import('./contenders/logto-api-guard.js')).start,
  'LogtoApiGuard, small cache': async () =>
    (await import('./contenders/logto-api-guard.js')).startWithSmallCache,
  'LogtoApiGuard, small cache, with a subscriber': async () =>
    (await import('./contenders/logto-api-guard.js')).startWithSmallCacheAndSubscriber,
  jose: async () => (await import('./contenders/jose.js')).start,
  'passport-jwt': async () => (await import('./contenders/passport-jwt.js')).start,
  'express-oauth2-jwt-bearer': async () => (await import('./contenders/express-oauth2-jwt-bearer.js')).start,
} satisfies Record<string, () => Promise<StartContender>>;

export type ContenderName = keyof typeof contenders;
