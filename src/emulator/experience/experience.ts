import type { HttpExchange } from '../http/http-exchange.js';
import { homePage } from '../pages/home-page.js';
import { messagePage } from '../pages/message-page.js';
import type { Page } from '../pages/page-layout.js';
import { textsFor, type Texts } from '../pages/page-texts.js';
import { toLogtoError } from '../provider/error-body.js';
import { pageUrl } from '../provider/interaction-url.js';
import { consentScreen } from './consent-screen.js';
import { interactionPath } from './interaction-path.js';
import { registerScreen } from './register-screen.js';
import { resetPasswordScreen } from './reset-password-screen.js';
import { signInScreen } from './sign-in-screen.js';
import { singleSignOnScreen, socialScreen } from './social-screen.js';
import { Visit, type ExperienceParts, type Interaction } from './visit.js';

type Screen = (visit: Visit, parts: ExperienceParts) => Promise<void>;

/** The screens of a sign-in by their path, as Logto's pages are called. */
const screens: Record<string, Screen> = {
  '/sign-in': signInScreen,
  '/identifier-sign-in': signInScreen,
  '/register': registerScreen,
  '/identifier-register': registerScreen,
  '/reset-password': resetPasswordScreen,
  '/single-sign-on': singleSignOnScreen,
};

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const interactionNotFound = {
  error: 'invalid_request',
  error_description: 'interaction session not found',
};

/** The pages that people see, in place of Logto's sign-in experience. */
export class Experience {
  constructor(private readonly parts: ExperienceParts) {}

  /** Answers a request to a page. */
  async answer(exchange: HttpExchange): Promise<void> {
    const { path, req } = exchange;
    const { base, page } = this.parts.sharedInteraction ? { base: '', page: path } : interactionPath(path);
    const language = req.headers['accept-language'];
    if (path === '/') {
      const { tenant, endpoint } = this.parts;
      show(exchange, 200, homePage(textsFor(language), endpoint(), tenant));
      return;
    }
    if (path === '/favicon.ico') {
      exchange.answer(204, { 'cache-control': 'max-age=86400' });
      return;
    }
    const screen = page.startsWith('/direct/') ? socialScreen : screens[page];
    if (!screen && page !== '/consent' && page !== '') {
      const texts = textsFor(language);
      show(exchange, 404, messagePage(texts, texts.notFound, texts.notFoundLead));
      return;
    }
    if (req.method === 'POST' && !this.isSameOrigin(exchange)) {
      // A form that another site posts would sign the visitor in as whom that site likes.
      const texts = textsFor(language);
      show(exchange, 403, messagePage(texts, texts.foreignForm, texts.goneLead));
      return;
    }
    const interaction = await this.findInteraction(exchange);
    if (!interaction && page === '/consent' && req.method === 'GET') {
      // Nothing is asked on the way of a person who is signed in, and Logto has no page there for a lost sign-in.
      exchange.answer(400, jsonHeaders, JSON.stringify(toLogtoError(interactionNotFound)));
    } else if (!interaction) {
      const texts = textsFor(language);
      show(exchange, 400, messagePage(texts, texts.gone, texts.goneLead));
    } else if (page === '') {
      redirect(exchange, base + pageUrl(interaction));
    } else {
      const visit = new Visit(this.parts, exchange, page, interaction, wordsOf(interaction, language));
      await this.continue(visit, base, screen);
    }
  }

  private async continue(visit: Visit, base: string, screen: Screen | undefined): Promise<void> {
    if (visit.interaction.prompt.name === 'consent') {
      await consentScreen(visit, this.parts);
    } else if (screen) {
      await screen(visit, this.parts);
    } else {
      redirect(visit.exchange, `${base}/sign-in`);
    }
  }

  private async findInteraction({ req, res }: HttpExchange): Promise<Interaction | undefined> {
    try {
      return await this.parts.provider().interactionDetails(req, res);
    } catch {
      // No cookie, or the sign-in that it names is over.
      return undefined;
    }
  }

  private isSameOrigin({ req }: HttpExchange): boolean {
    const { origin, host } = req.headers;
    return (
      origin === undefined ||
      origin === new URL(this.parts.endpoint()).origin ||
      (URL.canParse(origin) && new URL(origin).host === host)
    );
  }
}

/** The application says in which language; else the browser does. */
function wordsOf(interaction: Interaction, acceptLanguage: string | undefined): Texts {
  const locales = interaction.params['ui_locales'];
  return textsFor(typeof locales === 'string' ? locales : acceptLanguage);
}

function redirect(exchange: HttpExchange, location: string): void {
  exchange.answer(303, { location, 'cache-control': 'no-store' });
}

function show(exchange: HttpExchange, status: number, page: Page): void {
  exchange.answer(status, page.headers, page.body);
}
