import {
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
import { CsrfProtection } from '../guard/csrf-protection.js';
import { ModuleRoutes } from '../guard/decorators/module-routes.decorator.js';
import { LogtoExceptionFilter } from '../guard/logto-exception.filter.js';
import { moduleController } from '../nest/module-controller.js';
import type { ResolvedExtras } from '../options/resolve/resolve-extras.js';
import { LogtoService } from '../logto.service.js';
import { redirectPage } from '../pages/redirect-page.js';
import { sendPage } from '../pages/send-page.js';
import { BasePath } from '../request/base-path.js';
import { signInClient } from '../session/sign-in-client.js';
import type { SignInParameters } from '../sign-in/sign-in.js';
import { acceptsJson, isFormNavigation, NavigationCheck } from './navigation-check.js';
import { redirectSignIn } from './redirect-sign-in.js';
import { canonicalUrl } from './canonical-url.js';
import { Cors } from './cors.js';
import { CurrentSession } from './current-session.js';
import { WaitingTabs } from './waiting-tabs.js';
import { parseSignInQuery } from './sign-in-query.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** The routes of sign-in and sign-out. */
@ModuleRoutes()
@UseFilters(LogtoExceptionFilter)
class AuthController {
  constructor(
    private readonly logto: LogtoService,
    private readonly csrf: CsrfProtection,
    private readonly navigation: NavigationCheck,
    private readonly tabs: WaitingTabs,
    private readonly cors: Cors,
    private readonly currentSession: CurrentSession,
    private readonly options: ResolvedLogtoOptions,
    private readonly basePath: BasePath,
  ) {}

  /** Redirects to Logto's sign-in page (OpenID Connect Core 3.1.2). */
  @Get('sign-in')
  async signIn(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.startSignIn(request, response, {});
  }

  /** The same, starting with the registration page. */
  @Get('sign-up')
  async signUp(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.startSignIn(request, response, { firstScreen: 'register' });
  }

  /** Finishes a sign-in when the browser comes back with a code. */
  @Get('sign-in-callback')
  async signInCallback(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.prepare(response);
    this.navigation.assertSignInAllowed(request);
    const { returnTo } = await this.logto.handleSignInCallback(request);
    response.redirect(302, returnTo);
  }

  /** Ends the session here and at Logto (OpenID Connect RP-Initiated Logout 1.0). */
  @Get('sign-out')
  async signOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.prepare(response);
    this.navigation.assertSignOutAllowed(request);
    response.redirect(302, (await this.logto.signOut(request)).href);
  }

  /**
   * The same for a form or a script of the app. The browser may block a redirect to Logto for both, so a form gets a page
   * that redirects by itself, and a script the URL to navigate to.
   */
  @Post('sign-out')
  async postSignOut(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.prepare(response);
    this.cors.allow(request, response);
    this.csrf.assertSameSite(request);
    const url = await this.logto.signOut(request);
    if (isFormNavigation(request))
      sendPage(response.status(200), redirectPage({ title: 'Signing out', url: url.href }));
    else if (acceptsJson(request)) response.status(200).json({ redirectTo: url.href });
    else response.redirect(302, url.href);
  }

  /** Returns the session to a front end. */
  @Get('session')
  session(@Req() request: Request, @Res() response: Response): void {
    this.prepare(response);
    this.cors.allow(request, response);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.json(this.currentSession.describe(request));
  }

  /** Receives logout tokens from Logto (OpenID Connect Back-Channel Logout 1.0). */
  @Post('back-channel-logout')
  async backChannelLogout(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.prepare(response);
    await this.logto.handleBackChannelLogout(request);
    response.status(200).end();
  }

  /** Disables caching, and the route itself in an app that only accepts bearer tokens. */
  private prepare(response: Response): void {
    response.setHeader('Cache-Control', 'no-store');
    if (!this.options.client) throw new NotFoundException();
  }

  private async startSignIn(request: Request, response: Response, forced: SignInParameters): Promise<void> {
    this.prepare(response);
    this.navigation.assertSignInAllowed(request);
    const canonical = canonicalUrl(request, signInClient(this.options).baseUrl, this.basePath);
    const parameters = { ...parseSignInQuery(request), ...forced };
    if (canonical === undefined && (await this.tabs.respond(request, response, parameters))) return;
    const url = canonical ?? (await this.logto.signIn(request, parameters));
    redirectSignIn(request, response, url.href);
  }
}

/** Creates the controller with the path and the decorators of a module. */
export function authControllerAt({ authRoutesPrefix, authRoutesDecorators }: ResolvedExtras): Type {
  return moduleController(
    AuthController,
    { path: authRoutesPrefix, version: VERSION_NEUTRAL },
    authRoutesDecorators,
  );
}

/** The paths of the routes, below their prefix. */
export const authRoutePaths = [
  'sign-in',
  'sign-up',
  'sign-in-callback',
  'sign-out',
  'session',
  'back-channel-logout',
] as const;
