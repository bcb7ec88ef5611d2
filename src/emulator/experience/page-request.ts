import type Provider from 'oidc-provider';
import type { Interaction, InteractionResults } from 'oidc-provider';

import type { HttpExchange } from '../http/http-exchange.js';
import type { Page } from '../pages/layout/page-layout.js';
import { themeOf } from '../pages/layout/page-colors.js';
import type { PageView } from '../pages/layout/page-view.js';
import type { Texts } from '../pages/texts/english.js';
import { oneFactorContext } from '../provider/authentication-context.js';
import type { MemoryStore } from '../provider/memory-store.js';
import type { Tenant, TenantUser } from '../tenant/tenant.js';
import type { SignIn } from '../webhooks.js';

/** What the screens need besides the request. */
export interface ExperienceDependencies {
  /** The current provider: rotating the signing keys replaces it. */
  provider: () => Provider;
  endpoint: () => string;
  tenant: Tenant;
  store: MemoryStore;
  /** Whether all pages of a browser belong to its newest sign-in. */
  sharedInteraction: boolean;
  /** Whether the session records how the user has signed in. */
  stepUp: boolean;
  /** Called after each sign-in and sign-up. */
  onSignIn: (signIn: SignIn) => void;
}

/** A request to a page of a sign-in. */
export class PageRequest {
  /** The parameters of the authorization request. */
  readonly params: Record<string, string | undefined>;
  readonly form: URLSearchParams;
  readonly isPost: boolean;

  constructor(
    private readonly dependencies: ExperienceDependencies,
    readonly exchange: HttpExchange,
    /** For example `/sign-in`. */
    readonly page: string,
    readonly interaction: Interaction,
    readonly texts: Texts,
  ) {
    this.params = interaction.params as Record<string, string | undefined>;
    this.isPost = exchange.req.method === 'POST';
    this.form = this.isPost ? exchange.form() : new URLSearchParams();
  }

  get clientId(): string {
    return this.params['client_id'] ?? '';
  }

  get view(): PageView {
    return {
      texts: this.texts,
      application: this.dependencies.tenant.applications.get(this.clientId)?.name ?? this.clientId,
      action: this.exchange.req.url ?? this.exchange.path,
      theme: themeOf(this.params['theme']),
    };
  }

  /** Sends a page, with status 422 for an error. */
  show(page: Page, error?: string): void {
    this.exchange.respond(error === undefined ? 200 : 422, page.headers, page.body);
  }

  /**
   * Signs the user in and redirects back to the authorization endpoint.
   *
   * @param method - The authentication method (RFC 8176).
   */
  async signIn(
    user: TenantUser,
    event: 'PostSignIn' | 'PostRegister',
    method: 'pwd' | 'otp' | 'fed' = 'pwd',
  ): Promise<void> {
    user.lastSignInAt = Date.now();
    user.applicationId ??= this.clientId;
    const context = this.dependencies.stepUp ? oneFactorContext(method) : {};
    await this.finish({ login: { accountId: user.id, ...context } });
    const userAgent = this.exchange.req.headers['user-agent'] ?? '';
    this.dependencies.onSignIn({ event, user, applicationId: this.clientId, userAgent });
  }

  async finish(result: InteractionResults): Promise<void> {
    const { req, res } = this.exchange;
    const options = { mergeWithLastSubmission: true };
    await this.dependencies.provider().interactionFinished(req, res, result, options);
  }
}
