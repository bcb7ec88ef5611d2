import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';

import type { HttpExchange } from '../http/http-exchange.js';
import type { Page } from '../pages/page-layout.js';
import type { Texts } from '../pages/page-texts.js';
import type { MemoryStore } from '../provider/memory-store.js';
import type { Tenant, TenantUser } from '../tenant/tenant.js';
import type { SignIn } from '../webhooks.js';

/** What a person's request to a page has to do with: an authorization request that waits. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** What the screens work with. */
export interface ExperienceParts {
  /** The provider of the moment: rotating the keys makes a new one. */
  provider: () => Provider;
  endpoint: () => string;
  tenant: Tenant;
  store: MemoryStore;
  /** Whether the pages of one browser all belong to the newest sign-in. */
  sharedInteraction: boolean;
  /** Told when someone signed in or signed up. */
  onSignIn: (signIn: SignIn) => void;
}

/** One request to a page. */
export class Visit {
  /** Parameters of the authorization request. */
  readonly params: Record<string, string | undefined>;
  readonly form: URLSearchParams;
  readonly posted: boolean;

  constructor(
    private readonly parts: ExperienceParts,
    readonly exchange: HttpExchange,
    /** Such as `/sign-in`. */
    readonly page: string,
    readonly interaction: Interaction,
    readonly texts: Texts,
  ) {
    this.params = interaction.params as Record<string, string | undefined>;
    this.posted = exchange.req.method === 'POST';
    this.form = this.posted ? exchange.form() : new URLSearchParams();
  }

  get clientId(): string {
    return this.params['client_id'] ?? '';
  }

  /** The application's name. */
  get application(): string {
    return this.parts.tenant.applications.get(this.clientId)?.name ?? this.clientId;
  }

  /** Where a page's own forms post to. */
  get action(): string {
    return this.exchange.req.url ?? this.exchange.path;
  }

  /** Shows a page; with an error, the status says so too. */
  show(page: Page, error?: string): void {
    this.exchange.answer(error === undefined ? 200 : 422, page.headers, page.body);
  }

  /** The person is signed in, and goes back to where the authorization request is answered. */
  async signedIn(user: TenantUser, event: 'PostSignIn' | 'PostRegister'): Promise<void> {
    user.lastSignInAt = Date.now();
    user.applicationId ??= this.clientId;
    await this.finish({ login: { accountId: user.id } });
    const userAgent = this.exchange.req.headers['user-agent'] ?? '';
    this.parts.onSignIn({ event, user, applicationId: this.clientId, userAgent });
  }

  async finish(result: InteractionResults): Promise<void> {
    const { req, res } = this.exchange;
    await this.parts.provider().interactionFinished(req, res, result, { mergeWithLastSubmission: true });
  }
}
