import { randomBytes } from 'node:crypto';

import type Provider from 'oidc-provider';

import { Experience } from './experience/experience.js';
import type { HttpExchange } from './http/http-exchange.js';
import { toProviderRequest } from './http/to-provider-request.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import { providerPages } from './pages/provider-pages.js';
import { createProvider } from './provider/create-provider.js';
import type { OidcProviderModule } from './provider/load-oidc-provider.js';
import { MemoryStore } from './provider/memory-store.js';
import { rotate, type SigningAlgorithm, type SigningKeys } from './provider/signing-keys.js';
import { Tenant } from './tenant/tenant.js';
import type { Webhooks } from './webhooks.js';

/** Everything that answers: the endpoints below `/oidc`, and the pages beside them. */
export class LogtoStandIn {
  readonly tenant: Tenant;
  readonly store: MemoryStore;
  private readonly experience: Experience;
  private readonly cookieKeys = [randomBytes(24).toString('base64url')];
  private signing: SigningKeys | undefined;
  private current: { provider: Provider; callback: ReturnType<Provider['callback']> } | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly module: OidcProviderModule,
    private readonly endpoint: () => string,
    webhooks: Webhooks,
  ) {
    this.tenant = new Tenant(options);
    this.store = new MemoryStore(options.refreshTokenReuseInterval);
    this.experience = new Experience({
      provider: () => this.running.provider,
      endpoint,
      tenant: this.tenant,
      store: this.store,
      sharedInteraction: options.sharedInteraction,
      onSignIn: (signIn) => webhooks.signedIn(signIn, this.tenant),
    });
  }

  /** Answers a request, to an endpoint or to a page. */
  async answer(exchange: HttpExchange): Promise<void> {
    const { path, req, res } = exchange;
    if (path === '/oidc' || path.startsWith('/oidc/')) {
      toProviderRequest(exchange, '/oidc');
      this.addressAsTold(exchange);
      await this.running.callback(req, res);
    } else {
      await this.experience.answer(exchange);
    }
  }

  /** Signs with a new key from now on; the algorithm stays unless another is named. */
  async rotateSigningKeys(algorithm: SigningAlgorithm | undefined, keepPrevious: boolean): Promise<void> {
    this.signWith(await rotate(this.signing, algorithm ?? this.signing?.algorithm ?? 'ES384', keepPrevious));
  }

  signWith(signing: SigningKeys): void {
    const provider = createProvider({
      module: this.module,
      endpoint: this.endpoint(),
      tenant: this.tenant,
      store: this.store,
      signing,
      cookieKeys: this.cookieKeys,
      options: this.options,
      pages: providerPages,
    });
    this.signing = signing;
    this.current = { provider, callback: provider.callback() };
  }

  /** What the provider finds wrong with applications that the options' own check lets pass. */
  async refusedApplications(): Promise<string[]> {
    const { InvalidClientMetadata } = this.module.errors;
    const mistakes = this.options.applications.map(async ({ id }, index) => {
      try {
        await this.running.provider.Client.find(id);
        return [];
      } catch (error) {
        if (error instanceof InvalidClientMetadata) {
          return [`\`applications[${index}]\`: ${error.error_description}`];
        }
        throw error;
      }
    });
    return (await Promise.all(mistakes)).flat();
  }

  /** Keeps a token that is no matter of the provider's; gives its value. */
  issue(kind: 'OneTimeToken' | 'SubjectToken', payload: Record<string, unknown>, expiresIn: number): string {
    const token = randomBytes(24).toString('base64url');
    this.store.set(kind, token, payload, expiresIn);
    return token;
  }

  private get running() {
    if (!this.current) {
      throw new Error('the emulator has not got its keys yet');
    }
    return this.current;
  }

  /**
   * The provider names its endpoints after the request's host. Whoever reaches the emulator by another
   * address, from within a container or behind a proxy, is told the endpoint's all the same; but a
   * browser on another loopback name stays there, where its cookies are.
   */
  private addressAsTold({ path, req }: HttpExchange): void {
    if (this.options.endpoint !== undefined || path.startsWith('/oidc/.well-known/')) {
      const { host, protocol } = new URL(this.endpoint());
      const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
      req.headers = { ...req.headers, host, ...forwarded };
    }
  }
}
