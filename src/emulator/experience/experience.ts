import type { Interaction } from 'oidc-provider';

import type { HttpExchange } from '../http/http-exchange.js';
import { homePage } from '../pages/home-page.js';
import { messagePage } from '../pages/message-page.js';
import type { Page } from '../pages/layout/page-layout.js';
import { textsFor } from '../pages/texts/texts-for.js';
import { pageUrl } from '../provider/interaction-url.js';
import { isStepUp } from '../provider/step-up-policy.js';
import { toLogtoError } from '../provider/responses/to-logto-error.js';
import { consentScreen } from './consent-screen.js';
import { interactionPath } from './interaction-path.js';
import { PageRequest, type ExperienceDependencies } from './page-request.js';
import { registerScreen } from './register-screen.js';
import { resetPasswordScreen } from './reset-password-screen.js';
import { signInScreen } from './sign-in-screen.js';
import { singleSignOnScreen, socialScreen } from './social-screen.js';
import { stepUpScreen } from './step-up-screen.js';

type Screen = (request: PageRequest, dependencies: ExperienceDependencies) => Promise<void>;

/** The screens by the paths of Logto's pages. */
const screens: Record<string, Screen> = {
  '/sign-in': signInScreen,
  '/identifier-sign-in': signInScreen,
  '/register': registerScreen,
  '/identifier-register': registerScreen,
  '/reset-password': resetPasswordScreen,
  '/single-sign-on': singleSignOnScreen,
  '/step-up': stepUpScreen,
};

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const interactionNotFound = {
  error: 'invalid_request',
  error_description: 'interaction session not found',
};

/** The pages that replace Logto's sign-in experience. */
export class Experience {
  constructor(private readonly dependencies: ExperienceDependencies) {}

  async handle(exchange: HttpExchange): Promise<void> {
    const { path, req } = exchange;
    const { tenant, endpoint, sharedInteraction } = this.dependencies;
    const { base, page } = sharedInteraction ? { base: '', page: path } : interactionPath(path);
    const texts = textsFor(req.headers['accept-language']);
    const screen = page.startsWith('/direct/') ? socialScreen : screens[page];
    if (path === '/') {
      show(exchange, 200, homePage(texts, endpoint(), tenant));
    } else if (path === '/favicon.ico') {
      exchange.respond(204, { 'cache-control': 'max-age=86400' });
    } else if (!screen && page !== '/consent' && page !== '') {
      show(exchange, 404, messagePage(texts, texts.notFound, texts.notFoundLead));
    } else if (req.method === 'POST' && !this.isSameOrigin(exchange)) {
      // Login CSRF: another site's form would sign the visitor in as a user that the site chooses.
      show(exchange, 403, messagePage(texts, texts.foreignForm, texts.startAgain));
    } else {
      await this.continueInteraction(exchange, base, page, screen);
    }
  }

  private async continueInteraction(
    exchange: HttpExchange,
    base: string,
    page: string,
    screen: Screen | undefined,
  ): Promise<void> {
    const interaction = await this.findInteraction(exchange);
    const locales = interaction?.params['ui_locales'];
    const language = exchange.req.headers['accept-language'];
    const texts = textsFor(typeof locales === 'string' ? locales : language);
    const request = (found: Interaction) => new PageRequest(this.dependencies, exchange, page, found, texts);
    if (!interaction && page === '/consent' && exchange.req.method === 'GET') {
      // A signed-in browser gets here without seeing a page. Logto responds with JSON if the sign-in is lost.
      exchange.respond(400, jsonHeaders, JSON.stringify(toLogtoError(interactionNotFound)));
    } else if (!interaction) {
      show(exchange, 400, messagePage(texts, texts.signInLost, texts.signInLostLead));
    } else if (page === '') {
      redirect(exchange, base + pageUrl(interaction));
    } else if (interaction.prompt.name === 'consent') {
      await consentScreen(request(interaction), this.dependencies);
    } else if (page === '/step-up' && !isStepUp(interaction)) {
      redirect(exchange, base + pageUrl(interaction));
    } else if (screen) {
      await screen(request(interaction), this.dependencies);
    } else {
      redirect(exchange, `${base}/sign-in`);
    }
  }

  private async findInteraction({ req, res }: HttpExchange): Promise<Interaction | undefined> {
    try {
      return await this.dependencies.provider().interactionDetails(req, res);
    } catch {
      // The cookie is missing, or its sign-in is finished.
      return undefined;
    }
  }

  private isSameOrigin({ req }: HttpExchange): boolean {
    const { origin, host } = req.headers;
    return (
      origin === undefined ||
      origin === new URL(this.dependencies.endpoint()).origin ||
      (URL.canParse(origin) && new URL(origin).host === host)
    );
  }
}

function redirect(exchange: HttpExchange, location: string): void {
  exchange.respond(303, { location, 'cache-control': 'no-store' });
}

function show(exchange: HttpExchange, status: number, page: Page): void {
  exchange.respond(status, page.headers, page.body);
}
