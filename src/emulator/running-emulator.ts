import { CookieJar } from './browser/cookie-jar.js';
import { walk, type Answer } from './browser/page-walker.js';
import type { EmulatedUser, LogtoEmulator, SignInWalk, SignUpWalk } from './emulator.js';
import { interactionPath } from './experience/interaction-path.js';
import type { EmulatorEndpoint } from './http/emulator-endpoint.js';
import { EmulatorServer } from './http/emulator-server.js';
import { FaultQueue, type EmulatorFault } from './http/fault-queue.js';
import { RequestLog, type RecordedRequest } from './http/request-log.js';
import type { EmulatorApplication, EmulatorUser } from './options/tenant-options.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import { LogtoStandIn } from './logto-stand-in.js';
import { plainCopy } from './plain-copy.js';
import type { OidcProviderModule } from './provider/load-oidc-provider.js';
import { rotate } from './provider/signing-keys.js';
import { throwMistakes } from './options/resolve-options.js';
import type { Tenant, TenantUser } from './tenant/tenant.js';
import { Webhooks } from './webhooks.js';

const everyToken = ['AccessToken', 'RefreshToken', 'AuthorizationCode', 'Grant'];

/** A stand-in that listens, with the controls that {@link LogtoEmulator} documents. */
export class RunningEmulator implements LogtoEmulator {
  private readonly log = new RequestLog();
  private readonly faults = new FaultQueue();
  private readonly webhooks: Webhooks;
  private readonly standIn: LogtoStandIn;
  private readonly server: EmulatorServer;

  private constructor(
    private readonly options: ResolvedOptions,
    module: OidcProviderModule,
  ) {
    this.webhooks = new Webhooks(options);
    this.standIn = new LogtoStandIn(options, module, () => this.endpoint, this.webhooks);
    this.server = new EmulatorServer(
      options.host,
      (exchange) => this.standIn.answer(exchange),
      this.log,
      this.faults,
      (line) => options.log?.(line),
    );
  }

  static async start(options: ResolvedOptions, module: OidcProviderModule): Promise<RunningEmulator> {
    const emulator = new RunningEmulator(options, module);
    // The key first: who finds the port open must find a provider behind it.
    const signing = await rotate(undefined, options.signingAlgorithm);
    await emulator.server.listen(options.port);
    try {
      emulator.standIn.signWith(signing);
      throwMistakes(await emulator.standIn.refusedApplications());
    } catch (error) {
      await emulator.close();
      throw error;
    }
    return emulator;
  }

  get endpoint(): string {
    return this.options.endpoint?.replace(/\/$/, '') ?? this.server.address;
  }

  get issuer(): string {
    return `${this.endpoint}/oidc`;
  }

  get port(): number {
    return this.server.port;
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
    await this.server.listen(this.port);
  }

  async signIn(
    authorizationUrl: string | URL,
    { username, password, cookies, consent = 'authorize' }: SignInWalk,
  ): Promise<URL> {
    const user = this.tenant.getUser(username);
    const fields: Record<string, string> =
      password === undefined ? { user: user.id } : { identifier: username, password };
    return this.walk(authorizationUrl, cookies, (path) => {
      const { base, page } = interactionPath(path);
      if (page === '/consent') {
        return consentAnswer(consent, user);
      }
      if (path.startsWith('/oidc/')) {
        return undefined;
      }
      const isSocial = page.startsWith('/direct/') || page === '/single-sign-on';
      // On whichever screen the application begins: who has an account signs in.
      return { fields, path: isSocial ? path : `${base}/sign-in` };
    });
  }

  async signUp(
    authorizationUrl: string | URL,
    { cookies, consent = 'authorize', ...fields }: SignUpWalk,
  ): Promise<URL> {
    return this.walk(authorizationUrl, cookies, (path) => {
      const { base, page } = interactionPath(path);
      if (page === '/consent') {
        return consentAnswer(consent, undefined);
      }
      return path.startsWith('/oidc/') ? undefined : { fields, path: `${base}/register` };
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
    const added = this.tenant.addUser(user);
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
    this.forget(['Session', ...everyToken], user);
    this.webhooks.userData('User.SuspensionStatus.Updated', user);
  }

  restoreUser(idOrUsername: string): void {
    const user = this.tenant.updateUser(idOrUsername, { isSuspended: false });
    this.webhooks.userData('User.SuspensionStatus.Updated', user);
  }

  deleteUser(idOrUsername: string): void {
    const user = this.tenant.getUser(idOrUsername);
    this.forget(['Session', ...everyToken], user);
    this.tenant.users.delete(user.id);
    this.webhooks.userData('User.Deleted', user);
  }

  setApplication(application: EmulatorApplication): void {
    this.tenant.setApplication(application);
  }

  async rotateSigningKeys({
    algorithm,
    keepPrevious = true,
  }: { algorithm?: 'ES384' | 'RS256'; keepPrevious?: boolean } = {}): Promise<void> {
    await this.standIn.rotateSigningKeys(algorithm, keepPrevious);
  }

  passTime(seconds: number): void {
    this.standIn.store.age(seconds);
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
    this.forget(everyToken, idOrUsername);
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
    return this.standIn.issue('OneTimeToken', { email }, expiresIn);
  }

  createSubjectToken(idOrUsername: string): string {
    const { id: accountId } = this.tenant.getUser(idOrUsername);
    return this.standIn.issue('SubjectToken', { accountId }, 600);
  }

  private get tenant(): Tenant {
    return this.standIn.tenant;
  }

  private forget(models: string[], who?: string | TenantUser): void {
    const user = typeof who === 'string' ? this.tenant.getUser(who) : who;
    for (const model of models) {
      this.standIn.store.deleteWhere(model, ({ accountId }) => !user || accountId === user.id);
    }
  }

  private walk(
    url: string | URL,
    cookies: CookieJar | undefined,
    answer: (path: string) => Answer | undefined,
  ): Promise<URL> {
    return walk(new URL(url), {
      endpoint: this.endpoint,
      address: this.server.address,
      cookies: cookies ?? new CookieJar(),
      answer,
    });
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
