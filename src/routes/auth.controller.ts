import {
  Controller,
  Get,
  NotFoundException,
  Post,
  Req,
  Res,
  UseFilters,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../guard/access.decorators.js';
import { CsrfProtection } from '../guard/csrf-protection.js';
import { LogtoExceptionFilter } from '../guard/denial/logto-exception.filter.js';
import { sendPage } from '../guard/denial/send-page.js';
import type { LogtoModuleExtras } from '../options/logto-module-options.js';
import { LogtoService } from '../logto.service.js';
import { BasePath } from '../session/base-path.js';
import { signInClient } from '../session/sign-in-client.js';
import { requestUrl } from '../session/request-url.js';
import { formMark } from '../user/unauthenticated-exception-factory.js';
import { WithLogto } from '../user/with-logto.decorator.js';
import { asksForJson, isFormNavigation, Navigation } from './navigation.js';
import { redirectPage } from './redirect-page.js';
import { canonicalUrl } from './canonical-url.js';
import { WaitingTabs } from './waiting-tabs.js';
import { signInParameters } from './sign-in-query.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/**
 * The routes of sign-in and sign-out. They stand open also where a guard of this library guards the whole app, and
 * wait for nothing that the app's pages want to know of their user: Logto may be away at a sign-out.
 */
@Public()
@WithLogto({ fetchUserInfo: false, getAccessToken: false, getOrganizationToken: false })
@UseFilters(LogtoExceptionFilter)
class AuthController {
  constructor(
    private readonly logto: LogtoService,
    private readonly crossSite: CsrfProtection,
    private readonly navigation: Navigation,
    private readonly tabs: WaitingTabs,
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
  ) {}

  /** Sends the browser to Logto's sign-in page (OpenID Connect Core 3.1.2). */
  @Get('sign-in')
  async signIn(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.start(request, response, {});
  }

  /** The same, with the registration page first. */
  @Get('sign-up')
  async signUp(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.start(request, response, { firstScreen: 'register' });
  }

  /** Where the browser comes back to, with a code. */
  @Get('sign-in-callback')
  async signInCallback(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.enter(response);
    this.navigation.assertMaySignIn(request);
    const { returnTo } = await this.logto.handleSignInCallback(request);
    response.redirect(302, returnTo);
  }

  /** Ends the session here and at Logto (OpenID Connect RP-Initiated Logout 1.0). */
  @Get('sign-out')
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.enter(response);
    this.navigation.assertMaySignOut(request);
    response.redirect(302, (await this.logto.signOut(request)).href);
  }

  /**
   * The same for a form or a script of the app. A form gets a page that goes on by itself, a script the address to
   * navigate to: for both a redirect to Logto may be blocked.
   */
  @Post('sign-out')
  async postSignOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.enter(response);
    this.crossSite.assertSameSite(request);
    const url = await this.logto.signOut(request);
    if (isFormNavigation(request)) this.goOn(response, 'Signing out', url);
    else if (asksForJson(request)) response.status(200).json({ redirectTo: url.href });
    else response.redirect(302, url.href);
  }

  /** Where Logto tells that a session has ended (OpenID Connect Back-Channel Logout 1.0). */
  @Post('back-channel-logout')
  async backChannelLogout(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.enter(response);
    await this.logto.handleBackChannelLogout(request);
    response.status(200).end();
  }

  /** What no cache may keep, and what is not there for a module that only takes bearer tokens. */
  private enter(response: Response): void {
    response.setHeader('Cache-Control', 'no-store');
    if (!this.options.client) throw new NotFoundException();
  }

  private async start(
    request: Request,
    response: Response,
    forced: ReturnType<typeof signInParameters>,
  ): Promise<void> {
    this.enter(response);
    this.navigation.assertMaySignIn(request);
    const canonical = canonicalUrl(request, signInClient(this.options).baseUrl, this.basePath);
    const parameters = { ...signInParameters(request, this.options.signInOptions.maxAge), ...forced };
    if (canonical === undefined && (await this.tabs.answer(request, response, parameters))) return;
    const url = canonical ?? (await this.logto.signIn(request, parameters));
    if (requestUrl(request).searchParams.has(formMark)) this.goOn(response, 'Signing in', url);
    else response.redirect(302, url.href);
  }

  /** Answers a form, whose redirects to another origin a browser may block. */
  private goOn(response: Response, title: string, url: URL): void {
    sendPage(response.status(200), redirectPage({ title, url }));
  }
}

/**
 * The controller at its path. A class of its own for each module, for decorators write on the class: two apps
 * in one process may want the routes at different paths.
 */
export function authControllerAt({ authRoutesPrefix, authRoutesDecorators }: LogtoModuleExtras): Type {
  class LogtoAuthController extends AuthController {}
  Controller({ path: authRoutesPrefix ?? 'logto', version: VERSION_NEUTRAL })(LogtoAuthController);
  // What `ApiExcludeController()` of @nestjs/swagger writes, without asking for that package.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], LogtoAuthController);
  for (const decorate of authRoutesDecorators ?? []) decorate(LogtoAuthController);
  return LogtoAuthController;
}

/** The paths of the routes, below their prefix. */
export const authRoutePaths = [
  'sign-in',
  'sign-up',
  'sign-in-callback',
  'sign-out',
  'back-channel-logout',
] as const;
