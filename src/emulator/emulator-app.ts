import { randomBytes } from 'node:crypto';

import type Provider from 'oidc-provider';

import { Experience } from './experience/experience.js';
import type { HttpExchange } from './http/http-exchange.js';
import { toProviderRequest } from './http/to-provider-request.js';
import { ManagementApi } from './management/management-api.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import { createProvider } from './provider/create-provider.js';
import type { OidcProviderModule } from './provider/load-oidc-provider.js';
import { grantModels, MemoryStore } from './provider/memory-store.js';
import type { KeyRotation } from './tenant/key-rotation.js';
import { rotateKeys, type SigningKeys } from './provider/signing-keys.js';
import { temporaryTokenLifetime } from './temporary-token-lifetime.js';
import { Tenant } from './tenant/tenant.js';
import { UserChanges } from './user-changes.js';
import type { Webhooks } from './webhooks.js';

/** Handles all requests: the endpoints under `/oidc`, the Management API under `/api`, and the pages. */
export class EmulatorApp {
  readonly tenant: Tenant;
  readonly store: MemoryStore;
  readonly userChanges: UserChanges;
  private readonly management: ManagementApi;
  private readonly experience: Experience;
  private readonly cookieKeys = [randomBytes(24).toString('base64url')];
  private signing: SigningKeys | undefined;
  private provider: Provider | undefined;
  private providerCallback: ReturnType<Provider['callback']> | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly module: OidcProviderModule,
    private readonly endpoint: () => string,
    webhooks: Webhooks,
  ) {
    this.tenant = new Tenant(options);
    this.store = new MemoryStore(options.refreshTokenReuseInterval);
    this.userChanges = new UserChanges(this.tenant, webhooks, (userId) =>
      this.deleteRecords(['Session', ...grantModels], userId),
    );
    this.management = new ManagementApi({
      options,
      tenant: this.tenant,
      store: this.store,
      userChanges: this.userChanges,
      issuer: () => `${this.endpoint()}/oidc`,
      signing: () => this.signing,
      issue: this.issue.bind(this),
    });
    this.experience = new Experience({
      provider: () => this.currentProvider,
      endpoint,
      tenant: this.tenant,
      store: this.store,
      sharedInteraction: options.sharedInteraction,
      stepUp: options.stepUp,
      onSignIn: (signIn) => webhooks.signedIn(signIn, this.tenant),
    });
  }

  async handle(exchange: HttpExchange): Promise<void> {
    const { path, req, res } = exchange;
    if (path === '/oidc' || path.startsWith('/oidc/')) {
      toProviderRequest(exchange, '/oidc');
      this.setHost(exchange);
      await this.providerCallback?.(req, res);
    } else if (path.startsWith('/api/')) {
      await this.management.handle(exchange);
    } else {
      await this.experience.handle(exchange);
    }
  }

  async rotateSigningKeys(options?: KeyRotation): Promise<void> {
    this.signWith(await rotateKeys(this.signing, options));
  }

  signWith(signing: SigningKeys): void {
    this.provider = createProvider({
      module: this.module,
      endpoint: this.endpoint(),
      tenant: this.tenant,
      store: this.store,
      signing,
      cookieKeys: this.cookieKeys,
      options: this.options,
    });
    this.signing = signing;
    this.providerCallback = this.provider.callback();
  }

  /** The mistakes in applications that only `oidc-provider` finds. */
  async findApplicationMistakes(): Promise<string[]> {
    const { InvalidClientMetadata } = this.module.errors;
    const mistakes = this.options.applications.map(async ({ id }, index) => {
      try {
        await this.currentProvider.Client.find(id);
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

  /** Issues a token of a kind that Logto has and `oidc-provider` does not. */
  issue(
    kind: 'OneTimeToken' | 'SubjectToken',
    payload: Record<string, unknown>,
    expiresIn = temporaryTokenLifetime,
  ): string {
    const token = randomBytes(24).toString('base64url');
    this.store.set(kind, token, payload, expiresIn);
    return token;
  }

  /** Deletes the records of one user, or of all users if none is given. */
  deleteRecords(models: readonly string[], idOrUsername: string | undefined): void {
    const id = idOrUsername === undefined ? undefined : this.tenant.getUser(idOrUsername).id;
    for (const model of models) {
      this.store.deleteWhere(model, ({ accountId }) => id === undefined || accountId === id);
    }
  }

  private get currentProvider(): Provider {
    if (!this.provider) throw new Error('the emulator has no signing keys yet');
    return this.provider;
  }

  /**
   * The provider builds its URLs from the request's host. A client that uses another address, in a container or
   * behind a proxy, gets those of the endpoint. Without the option `endpoint`, a browser on another loopback name
   * stays on it, because its cookies are there.
   */
  private setHost({ path, req }: HttpExchange): void {
    if (this.options.endpoint !== undefined || path.startsWith('/oidc/.well-known/')) {
      const { host, protocol } = new URL(this.endpoint());
      const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
      req.headers = { ...req.headers, host, ...forwarded };
    }
  }
}
