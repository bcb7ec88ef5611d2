import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';

import type { HttpExchange } from '../http/http-exchange.js';
import type { MemoryStore } from '../provider/memory-store.js';
import type { Tenant, TenantUser } from '../tenant/tenant.js';
import { consentPage } from './consent-page.js';
import { messagePage } from './message-page.js';
import type { Page } from './page-layout.js';
import { textsFor, type Texts } from './page-texts.js';
import { registerPage } from './register-page.js';
import { signInPage, type IdentifierKind } from './sign-in-page.js';
import { socialPage } from './social-page.js';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** What the pages work with. */
export interface ExperienceParts {
  /** The provider of the moment: rotating the keys makes a new one. */
  provider: () => Provider;
  endpoint: () => string;
  tenant: Tenant;
  store: MemoryStore;
  /** Told when someone signed in or signed up. */
  onSignIn: (user: TenantUser, event: 'PostSignIn' | 'PostRegister') => void;
}

/** One request to a page, with the sign-in that it belongs to. */
interface Visit {
  exchange: HttpExchange;
  interaction: Interaction;
  params: Record<string, string | undefined>;
  texts: Texts;
  application: string;
  form: URLSearchParams;
  posted: boolean;
}

const signInPaths = new Set(['/sign-in', '/identifier-sign-in']);
const registerPaths = new Set(['/register', '/identifier-register']);
const allKinds: IdentifierKind[] = ['username', 'email', 'phone'];

/** The pages that people see, in place of Logto's sign-in experience. */
export class Experience {
  constructor(private readonly parts: ExperienceParts) {}

  /** Answers a request to a page. */
  async answer(exchange: HttpExchange): Promise<void> {
    const posted = exchange.req.method === 'POST';
    if (posted && !this.isSameOrigin(exchange)) {
      show(
        exchange,
        403,
        messagePage(textsFor(undefined), textsFor(undefined).errorTitle, 'cross-site form'),
      );
      return;
    }
    const interaction = await this.findInteraction(exchange);
    if (!interaction) {
      const texts = textsFor(undefined);
      show(exchange, 400, messagePage(texts, texts.gone, texts.goneLead));
      return;
    }
    const params = interaction.params as Record<string, string | undefined>;
    const clientId = params['client_id'] ?? '';
    const visit: Visit = {
      exchange,
      interaction,
      params,
      texts: textsFor(params['ui_locales']),
      application: this.parts.tenant.applications.get(clientId)?.name ?? clientId,
      form: posted ? exchange.form() : new URLSearchParams(),
      posted,
    };
    await this.route(visit);
  }

  private async route(visit: Visit): Promise<void> {
    const { exchange, interaction } = visit;
    const { path } = exchange;
    if (interaction.prompt.name === 'consent') {
      await this.consent(visit);
    } else if (path === '/consent') {
      redirect(exchange, '/sign-in');
    } else if (registerPaths.has(path)) {
      await this.register(visit);
    } else if (path.startsWith('/direct/')) {
      await this.social(visit);
    } else if (signInPaths.has(path)) {
      await this.signIn(visit);
    } else {
      redirect(exchange, '/sign-in');
    }
  }

  private async signIn(visit: Visit): Promise<void> {
    const { tenant } = this.parts;
    const { params, texts, form, posted } = visit;
    const identifiers = kinds(params['identifier']);
    let error: string | undefined;
    if (posted) {
      const clicked = form.get('user');
      const user =
        clicked === null
          ? tenant.findByIdentifier(form.get('identifier') ?? '', identifiers)
          : tenant.users.get(clicked);
      const passes = user && (clicked !== null || user.password === form.get('password'));
      if (user && passes && !user.isSuspended) {
        await this.finish(visit, user, 'PostSignIn');
        return;
      }
      error = texts.wrongPassword;
      if (user?.isSuspended && passes) {
        error = texts.suspended;
      } else if (user && user.password === undefined) {
        error = texts.noPassword;
      }
    } else if (params['one_time_token']) {
      const user = this.useOneTimeToken(params['one_time_token'], params['login_hint']);
      if (user && !user.isSuspended) {
        await this.finish(visit, user, 'PostSignIn');
        return;
      }
      error = user ? texts.suspended : texts.badLink;
    }
    const organization = tenant.organization(params['organization_id'] ?? '');
    show(
      visit.exchange,
      error === undefined ? 200 : 422,
      signInPage({
        texts,
        application: visit.application,
        organization: organization?.name,
        users: [...tenant.users.values()],
        identifiers,
        typed: form.get('identifier') ?? params['login_hint'],
        error,
        action: visit.exchange.req.url ?? '/sign-in',
      }),
    );
  }

  private async register(visit: Visit): Promise<void> {
    const { tenant } = this.parts;
    const { params, texts, form, posted } = visit;
    const identifiers = params['identifier'] ? kinds(params['identifier']) : ['username' as const];
    const typed = Object.fromEntries(form);
    let error: string | undefined;
    if (posted) {
      for (const kind of identifiers) {
        const value = form.get(kind)?.trim();
        if (!value) {
          error ??= texts.required(texts.identifier[kind]);
        } else if (tenant.findByIdentifier(value, [kind])) {
          error ??= texts.taken(texts.identifier[kind]);
        }
      }
      if (!form.get('password')) {
        error ??= texts.required(texts.password);
      }
      if (error === undefined) {
        const user = tenant.register({
          ...(form.get('username') && { username: form.get('username') ?? '' }),
          password: form.get('password') ?? '',
          name: form.get('name') || null,
          primaryEmail: form.get('email') || null,
          primaryPhone: form.get('phone') || null,
        });
        await this.finish(visit, user, 'PostRegister');
        return;
      }
    }
    const hinted = params['login_hint'];
    const [first] = identifiers;
    show(
      visit.exchange,
      error === undefined ? 200 : 422,
      registerPage({
        texts,
        application: visit.application,
        identifiers,
        typed: posted || !hinted || !first ? typed : { [first]: hinted },
        error,
        action: visit.exchange.req.url ?? '/register',
      }),
    );
  }

  private async social(visit: Visit): Promise<void> {
    const { tenant } = this.parts;
    const { exchange, texts, form, posted, params } = visit;
    const [, , , target = 'social'] = exchange.path.split('/').map((step) => decodeURIComponent(step));
    let error: string | undefined;
    if (posted) {
      const email = form.get('email')?.trim();
      let user = form.has('user')
        ? tenant.users.get(form.get('user') ?? '')
        : email && tenant.findByIdentifier(email, ['email']);
      const known = Boolean(user);
      if (!user && email) {
        user = tenant.register({ primaryEmail: email, name: form.get('name') || null });
      }
      if (user && !user.isSuspended) {
        const userId = user.identities[target]?.userId ?? `${target}_${user.id}`;
        const linked = tenant.updateUser(user.id, {
          identities: { ...user.identities, [target]: { userId } },
        });
        await this.finish(visit, linked, known ? 'PostSignIn' : 'PostRegister');
        return;
      }
      error = user ? texts.suspended : texts.required(texts.identifier.email);
    }
    const fallback = new URL(exchange.req.url ?? '/', 'http://localhost').searchParams.get('fallback');
    show(
      exchange,
      error === undefined ? 200 : 422,
      socialPage({
        texts,
        provider: target.charAt(0).toUpperCase() + target.slice(1),
        users: [...tenant.users.values()],
        typed: params['login_hint'],
        error,
        action: exchange.req.url ?? exchange.path,
        fallback: registerPaths.has(`/${fallback}`) ? `/${fallback}` : '/sign-in',
      }),
    );
  }

  private async consent(visit: Visit): Promise<void> {
    const { tenant } = this.parts;
    const { exchange, interaction, form, posted, params } = visit;
    const clientId = params['client_id'] ?? '';
    const user = tenant.users.get(interaction.session?.accountId ?? '');
    const application = tenant.applications.get(clientId);
    if (!user || !application) {
      show(exchange, 400, messagePage(visit.texts, visit.texts.gone, visit.texts.goneLead));
      return;
    }
    if (application.isThirdParty && !posted) {
      const asksForOrganizations = params['scope']?.split(' ').includes('urn:logto:scope:organizations');
      show(
        exchange,
        200,
        consentPage({
          texts: visit.texts,
          application: visit.application,
          user,
          scopes: params['scope']?.split(' ') ?? [],
          organizations: asksForOrganizations
            ? user.organizations.flatMap(({ id }) => tenant.organization(id) ?? [])
            : [],
          action: exchange.req.url ?? '/consent',
        }),
      );
      return;
    }
    if (application.isThirdParty) {
      if (form.get('decision') !== 'authorize') {
        await this.finishInteraction(exchange, {
          error: 'access_denied',
          error_description: 'End-User aborted interaction',
        });
        return;
      }
      tenant.consentedOrganizations.set(`${user.id}:${clientId}`, new Set(form.getAll('organization')));
    }
    await this.finishInteraction(exchange, {
      consent: { grantId: await this.grant(interaction, user, clientId) },
    });
  }

  /** Adds what is missing to the grant that all sign-ins of the application share in this browser session. */
  private async grant(interaction: Interaction, user: TenantUser, clientId: string): Promise<string> {
    const { Grant } = this.parts.provider();
    const existing = interaction.grantId === undefined ? undefined : await Grant.find(interaction.grantId);
    const grant = existing ?? new Grant({ accountId: user.id, clientId });
    const { missingOIDCScope, missingResourceScopes } = interaction.prompt.details as {
      missingOIDCScope?: string[];
      missingResourceScopes?: Record<string, string[]>;
    };
    if (missingOIDCScope) {
      grant.addOIDCScope(missingOIDCScope.join(' '));
    }
    for (const [indicator, scopes] of Object.entries(missingResourceScopes ?? {})) {
      grant.addResourceScope(indicator, scopes.join(' '));
    }
    return grant.save();
  }

  private useOneTimeToken(token: string, email: string | undefined): TenantUser | undefined {
    const { store, tenant } = this.parts;
    const stored = store.get('OneTimeToken', token);
    if (!stored || stored.consumed || stored['email'] !== email) {
      return undefined;
    }
    store.consume('OneTimeToken', token);
    const known = tenant.findByIdentifier(String(email), ['email']);
    return known ?? tenant.register({ primaryEmail: String(email) });
  }

  private async finish(visit: Visit, user: TenantUser, event: 'PostSignIn' | 'PostRegister'): Promise<void> {
    user.lastSignInAt = Date.now();
    user.applicationId ??= visit.params['client_id'] ?? null;
    await this.finishInteraction(visit.exchange, { login: { accountId: user.id } });
    this.parts.onSignIn(user, event);
  }

  private async finishInteraction({ req, res }: HttpExchange, result: InteractionResults): Promise<void> {
    await this.parts.provider().interactionFinished(req, res, result, { mergeWithLastSubmission: true });
  }

  private async findInteraction({ req, res }: HttpExchange): Promise<Interaction | undefined> {
    try {
      return await this.parts.provider().interactionDetails(req, res);
    } catch {
      // No cookie, or the sign-in that it names is over.
      return undefined;
    }
  }

  /** A form that another site posts would sign the visitor in as whom that site likes. */
  private isSameOrigin({ req }: HttpExchange): boolean {
    const { origin, host } = req.headers;
    return (
      origin === undefined ||
      origin === new URL(this.parts.endpoint()).origin ||
      (URL.canParse(origin) && new URL(origin).host === host)
    );
  }
}

function kinds(identifier: string | undefined): IdentifierKind[] {
  const wanted = identifier?.split(' ') ?? [];
  const known = allKinds.filter((kind) => wanted.includes(kind));
  return known.length > 0 ? known : allKinds;
}

function show(exchange: HttpExchange, status: number, page: Page): void {
  exchange.answer(status, page.headers, page.body);
}

function redirect(exchange: HttpExchange, location: string): void {
  exchange.answer(303, { location, 'cache-control': 'no-store' });
}
