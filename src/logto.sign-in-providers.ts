import type { FactoryProvider, Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { BackChannelLogout } from './sign-in/back-channel/back-channel-logout.js';
import { CodeExchange } from './sign-in/code-exchange.js';
import { ConcurrentSignIns } from './sign-in/concurrent-sign-ins.js';
import { FinishedSignInCookie } from './sign-in/cookies/finished-sign-in-cookie.js';
import { IdempotentCallbacks } from './sign-in/idempotent-callbacks.js';
import { Cors } from './routes/cors.js';
import { CurrentSession } from './routes/current-session.js';
import { FrontEndMiddleware } from './routes/front-end.middleware.js';
import { LogoutFormMiddleware } from './routes/logout-form.middleware.js';
import { NavigationCheck } from './routes/navigation-check.js';
import { RedirectLoopDetector } from './sign-in/redirect-loop-detector.js';
import { SignIn } from './sign-in/sign-in.js';
import { SignInApproval } from './sign-in/sign-in-approval.js';
import { SignInCallback } from './sign-in/sign-in-callback.js';
import { SignInFlows } from './sign-in/sign-in-flows.js';
import { SignInCookies } from './sign-in/cookies/sign-in-cookies.js';
import { SignInState } from './sign-in/cookies/sign-in-state.js';
import { SignOut } from './sign-in/sign-out.js';
import { WaitingTabs } from './routes/waiting-tabs.js';

/**
 * Registers a class that is `undefined` in an app that only accepts bearer tokens. With `forRootAsync` this is
 * only known once the options exist.
 */
function unlessBearerOnly(type: Type): FactoryProvider {
  return {
    provide: type,
    inject: [ResolvedLogtoOptions, ModuleRef],
    useFactory: ({ client }: ResolvedLogtoOptions, moduleRef: ModuleRef) =>
      client && moduleRef.create<unknown>(type),
  };
}

/** The classes of sign-in/ and routes/, which sign users in. */
const signInClasses: Type[] = [
  BackChannelLogout,
  CodeExchange,
  ConcurrentSignIns,
  Cors,
  CurrentSession,
  FinishedSignInCookie,
  FrontEndMiddleware,
  IdempotentCallbacks,
  LogoutFormMiddleware,
  NavigationCheck,
  RedirectLoopDetector,
  SignIn,
  SignInApproval,
  SignInCallback,
  SignInCookies,
  SignInFlows,
  SignInState,
  SignOut,
  WaitingTabs,
];

/** The providers for sign-ins, each `undefined` in an app that only accepts bearer tokens. */
export const signInProviders = signInClasses.map((type) => unlessBearerOnly(type));
