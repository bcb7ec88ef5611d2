import { randomBytes } from 'node:crypto';

import type Provider from 'oidc-provider';

import { CookieJar } from './browser/cookie-jar.js';
import { walk, type Answer } from './browser/page-walker.js';
import type { EmulatedUser, LogtoEmulator, SignInWalk, SignUpWalk } from './emulator.js';
import type { EmulatorEndpoint } from './http/emulator-endpoint.js';
import { EmulatorServer } from './http/emulator-server.js';
import { FaultQueue, type EmulatorFault } from './http/fault-queue.js';
import type { HttpExchange } from './http/http-exchange.js';
import { RequestLog, type RecordedRequest } from './http/request-log.js';
import type { EmulatorApplication, EmulatorUser } from './logto-emulator-options.js';
import { userSchema, type ResolvedOptions } from './logto-emulator-schema.js';
import { Experience } from './experience/experience.js';
import { providerPages } from './pages/provider-pages.js';
import { plainCopy } from './plain-copy.js';
import { createProvider } from './provider/create-provider.js';
import type { OidcProviderModule } from './provider/load-oidc-provider.js';
import { MemoryStore } from './provider/memory-store.js';
import { rotate, type SigningKeys } from './provider/signing-keys.js';
import { describeIssue, invalidOptions } from './resolve-options.js';
import { Tenant, type TenantUser } from './tenant/tenant.js';
import { Webhooks } from './webhooks.js';

/** The emulator behind the {@link LogtoEmulator} that {@link startLogtoEmulator} gives. */
export class RunningEmulator implements LogtoEmulator {
  private readonly tenant: Tenant;
  private readonly store: MemoryStore;
  private readonly log = new RequestLog();
  private readonly faults = new FaultQueue();
  private readonly server: EmulatorServer;
  private readonly experience: Experience;
  private readonly webhooks: Webhooks;
  private readonly cookieKeys = [randomBytes(24).toString('base64url')];
  private provider!: Provider;
  private callback!: ReturnType<Provider['callback']>;
  private signing: SigningKeys | undefined;
  private listeningOn = 0;

  private constructor(
    private readonly options: ResolvedOptions,
    private readonly module: OidcProviderModule,
  ) {
    this.tenant = new Tenant(options);
    this.store = new MemoryStore(options.refreshTokenReuseInterval);
    this.webhooks = new Webhooks(options);
    this.experience = new Experience({
      provider: () => this.provider,
      endpoint: () => this.endpoint,
      tenant: this.tenant,
      store: this.store,
      onSignIn: (signIn) => this.webhooks.signedIn(signIn, this.tenant),
    });
    this.server = new EmulatorServer(
      options.host,
      (exchange) => this.answer(exchange),
      this.log,
      this.faults,
      (line) => options.log?.(line),
    );
  }

  static async start(options: ResolvedOptions, module: OidcProviderModule): Promise<RunningEmulator> {
    const emulator = new RunningEmulator(options, module);
    // The key first: who finds the port open must find a provider behind it.
    const signing = await rotate(undefined, options.signingAlgorithm);
    emulator.listeningOn = await emulator.server.listen(options.port);
    emulator.useKeys(signing);
    const mistakes = await emulator.refusedApplications();
    if (mistakes.length > 0) {
      await emulator.close();
      throw invalidOptions(mistakes);
    }
    return emulator;
  }

  get endpoint(): string {
    return this.options.endpoint?.replace(/\/$/, '') ?? `http://localhost:${this.listeningOn}`;
  }

  get issuer(): string {
    return `${this.endpoint}/oidc`;
  }

  get port(): number {
    return this.listeningOn;
  }

  get webhookSigningKey(): string {
    return this.webhooks.signingKey;
  }

  async close(): Promise<void> {
    this.webhooks.close();
    await this.server.close();
  }

  async pause(): Promise<void> {
    await this.server.close();
  }

  async resume(): Promise<void> {
    await this.server.close();
    await this.server.listen(this.listeningOn);
  }

  async signIn(
    authorizationUrl: string | URL,
    { username, password, cookies, consent = 'authorize' }: SignInWalk,
  ): Promise<URL> {
    const user = this.tenant.getUser(username);
    const fields: Record<string, string> =
      password === undefined ? { user: user.id } : { identifier: username, password };
    return this.walk(authorizationUrl, cookies, (path) => {
      if (path === '/consent') {
        return consentAnswer(consent, user);
      }
      if (path.startsWith('/oidc/')) {
        return undefined;
      }
      const isSocial = path.startsWith('/direct/') || path === '/single-sign-on';
      // On whichever screen the application begins: who has an account signs in.
      return { fields, path: isSocial ? path : '/sign-in' };
    });
  }

  async signUp(
    authorizationUrl: string | URL,
    { cookies, consent = 'authorize', ...fields }: SignUpWalk,
  ): Promise<URL> {
    return this.walk(authorizationUrl, cookies, (path) => {
      if (path === '/consent') {
        return consentAnswer(consent, undefined);
      }
      return path.startsWith('/oidc/') ? undefined : { fields, path: '/register' };
    });
  }

  async signOut(endSessionUrl: string | URL, { cookies }: { cookies: CookieJar }): Promise<URL> {
    return this.walk(endSessionUrl, cookies, () => undefined);
  }

  requests(endpoint?: EmulatorEndpoint): RecordedRequest[] {
    return this.log.of(endpoint);
  }

  countRequests(endpoint: EmulatorEndpoint): number {
    return this.log.count(endpoint);
  }

  resetRequests(): void {
    this.log.reset();
  }

  failNext(endpoint: EmulatorEndpoint, fault: EmulatorFault = {}): void {
    this.faults.add(endpoint, fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  getUser(idOrUsername: string): EmulatedUser {
    return publicUser(this.tenant.getUser(idOrUsername));
  }

  addUser(user: EmulatorUser): EmulatedUser {
    const parsed = userSchema.safeParse(user);
    if (!parsed.success) {
      throw invalidOptions(parsed.error.issues.map((issue) => describeIssue(issue)));
    }
    const added = this.tenant.addUser(parsed.data);
    this.webhooks.userData('User.Created', added);
    return publicUser(added);
  }

  updateUser(idOrUsername: string, patch: Partial<EmulatorUser>): EmulatedUser {
    const updated = this.tenant.updateUser(idOrUsername, patch);
    this.webhooks.userData('User.Data.Updated', updated);
    return publicUser(updated);
  }

  suspendUser(idOrUsername: string): void {
    const user = this.tenant.updateUser(idOrUsername, { isSuspended: true });
    this.forget(['Session', 'AccessToken', 'RefreshToken', 'AuthorizationCode', 'Grant'], user);
    this.webhooks.userData('User.SuspensionStatus.Updated', user);
  }

  restoreUser(idOrUsername: string): void {
    const user = this.tenant.updateUser(idOrUsername, { isSuspended: false });
    this.webhooks.userData('User.SuspensionStatus.Updated', user);
  }

  deleteUser(idOrUsername: string): void {
    const user = this.tenant.getUser(idOrUsername);
    this.forget(['Session', 'AccessToken', 'RefreshToken', 'AuthorizationCode', 'Grant'], user);
    this.tenant.users.delete(user.id);
    this.webhooks.userData('User.Deleted', user);
  }

  setApplication(application: EmulatorApplication): void {
    this.tenant.setApplication(application);
  }

  async rotateSigningKeys({
    algorithm = this.signing?.algorithm ?? 'ES384',
    keepPrevious = true,
  }: { algorithm?: 'ES384' | 'RS256'; keepPrevious?: boolean } = {}): Promise<void> {
    this.useKeys(await rotate(this.signing, algorithm, keepPrevious));
  }

  passTime(seconds: number): void {
    this.store.age(seconds);
  }

  expireAccessTokens(idOrUsername?: string): void {
    this.forget(['AccessToken'], idOrUsername);
  }

  expireRefreshTokens(idOrUsername?: string): void {
    this.forget(['RefreshToken'], idOrUsername);
  }

  expireSessions(idOrUsername?: string): void {
    this.forget(['Session'], idOrUsername);
  }

  revokeGrants(idOrUsername?: string): void {
    this.forget(['AccessToken', 'RefreshToken', 'AuthorizationCode', 'Grant'], idOrUsername);
  }

  async emitWebhook(
    url: string,
    event: string,
    data: Record<string, unknown> = {},
    options: { signingKey?: string; hookId?: string } = {},
  ): Promise<void> {
    await this.webhooks.send(url, event, { data }, options);
  }

  createOneTimeToken(email: string, { expiresIn = 600 }: { expiresIn?: number } = {}): string {
    const token = randomBytes(16).toString('base64url');
    this.store.set('OneTimeToken', token, { email }, expiresIn);
    return token;
  }

  createSubjectToken(idOrUsername: string): string {
    const token = `sub_${randomBytes(16).toString('base64url')}`;
    this.store.set('SubjectToken', token, { accountId: this.tenant.getUser(idOrUsername).id }, 600);
    return token;
  }

  private useKeys(signing: SigningKeys): void {
    this.signing = signing;
    this.provider = createProvider({
      module: this.module,
      endpoint: this.endpoint,
      tenant: this.tenant,
      store: this.store,
      signing,
      cookieKeys: this.cookieKeys,
      options: this.options,
      pages: providerPages,
    });
    this.callback = this.provider.callback();
  }

  /** What the provider finds wrong with applications that the options' own check lets pass. */
  private async refusedApplications(): Promise<string[]> {
    const { InvalidClientMetadata } = this.module.errors;
    const mistakes = this.options.applications.map(async ({ id }, index) => {
      try {
        await this.provider.Client.find(id);
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

  private async answer(exchange: HttpExchange): Promise<void> {
    const { path, req, res } = exchange;
    if (path === '/oidc' || path.startsWith('/oidc/')) {
      // The provider is mounted: it sees the path below, and finds the whole one beside it.
      req.originalUrl = req.url ?? '/';
      req.url = req.originalUrl.slice('/oidc'.length) || '/';
      this.addressAsTold(exchange);
      await this.callback(req, res);
    } else {
      await this.experience.answer(exchange);
    }
  }

  /**
   * The provider names its endpoints after the request's host. Whoever reaches the emulator by another
   * address, from within a container or behind a proxy, is told the endpoint's all the same; but a
   * browser on another loopback name stays there, where its cookies are.
   */
  private addressAsTold({ path, req }: HttpExchange): void {
    if (this.options.endpoint !== undefined || path.startsWith('/oidc/.well-known/')) {
      const { host, protocol } = new URL(this.endpoint);
      const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
      req.headers = { ...req.headers, host, ...forwarded };
    }
  }

  private forget(models: string[], who?: string | TenantUser): void {
    const user = typeof who === 'string' ? this.tenant.getUser(who) : who;
    for (const model of models) {
      this.store.deleteWhere(model, ({ accountId }) => !user || accountId === user.id);
    }
  }

  private walk(
    url: string | URL,
    cookies: CookieJar | undefined,
    answer: (path: string) => Answer | undefined,
  ): Promise<URL> {
    const { endpoint } = this;
    const address = this.options.endpoint === undefined ? endpoint : `http://localhost:${this.listeningOn}`;
    return walk(new URL(url), { endpoint, address, cookies: cookies ?? new CookieJar(), answer });
  }
}

function publicUser({
  password: _password,
  applicationId: _applicationId,
  ...user
}: TenantUser): EmulatedUser {
  return plainCopy(user);
}

function consentAnswer(decision: 'authorize' | 'cancel', user: TenantUser | undefined): Answer {
  const organizations = user?.organizations.map(({ id }): [string, string] => ['organization', id]) ?? [];
  return { fields: [['decision', decision], ...organizations] };
}
