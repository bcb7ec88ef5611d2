import { CookieJar } from './browser/cookie-jar.js';
import { signInForms, signUpForms, type SignInWalk, type SignUpWalk } from './browser/sign-in-walk.js';
import { walkPages, type ChooseForm } from './browser/walk-pages.js';
import { toEmulatedUser, type EmulatedUser } from './emulated-user.js';
import { EmulatorApp, grantModels } from './emulator-app.js';
import type { EmulatorEndpoint } from './http/emulator-endpoint.js';
import { EmulatorServer } from './http/emulator-server.js';
import { FaultQueue, type EmulatorFault } from './http/fault-queue.js';
import { RequestLog, type RecordedRequest } from './http/request-log.js';
import type { LogtoEmulator } from './logto-emulator.interface.js';
import type { ResolvedOptions } from './options/logto-emulator-schema.js';
import { managementApplication } from './options/management-api.js';
import { throwMistakes } from './options/resolve-options.js';
import type { EmulatorApplication, EmulatorUser } from './options/tenant-options.js';
import type { OidcProviderModule } from './provider/load-oidc-provider.js';
import type { KeyRotation } from './tenant/key-rotation.js';
import { rotateKeys } from './provider/signing-keys.js';
import { Webhooks } from './webhooks.js';

/** Implements {@link LogtoEmulator}. */
export class RunningEmulator implements LogtoEmulator {
  private readonly log = new RequestLog();
  private readonly faults = new FaultQueue();
  private readonly webhooks: Webhooks;
  private readonly app: EmulatorApp;
  private readonly server: EmulatorServer;

  private constructor(
    private readonly options: ResolvedOptions,
    module: OidcProviderModule,
  ) {
    this.webhooks = new Webhooks(options);
    this.app = new EmulatorApp(options, module, () => this.endpoint, this.webhooks);
    const handle = this.app.handle.bind(this.app);
    this.server = new EmulatorServer(options, handle, this.log, this.faults);
  }

  static async start(options: ResolvedOptions, module: OidcProviderModule): Promise<RunningEmulator> {
    const emulator = new RunningEmulator(options, module);
    // Before it listens, so that there is a provider as soon as the port is open.
    const signing = await rotateKeys(undefined, { algorithm: options.signingAlgorithm });
    await emulator.server.listen(options.port);
    try {
      emulator.app.signWith(signing);
      throwMistakes(await emulator.app.findApplicationMistakes());
    } catch (error) {
      await emulator.close();
      throw error;
    }
    return emulator;
  }

  get endpoint(): string {
    return this.options.endpoint?.replace(/\/$/, '') ?? this.server.url;
  }

  get issuer(): string {
    return `${this.endpoint}/oidc`;
  }

  get port(): number {
    return this.server.port;
  }

  get machineToMachine(): { appId: string; appSecret: string } {
    return { ...managementApplication };
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

  async signIn(authorizationUrl: string | URL, walk: SignInWalk): Promise<URL> {
    const user = this.app.tenant.getUser(walk.username);
    return this.walk(authorizationUrl, signInForms(user, walk), walk.cookies);
  }

  async signUp(authorizationUrl: string | URL, walk: SignUpWalk): Promise<URL> {
    return this.walk(authorizationUrl, signUpForms(walk), walk.cookies);
  }

  async signOut(endSessionUrl: string | URL, { cookies }: { cookies: CookieJar }): Promise<URL> {
    return this.walk(endSessionUrl, () => undefined, cookies);
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
    return toEmulatedUser(this.app.tenant.getUser(idOrUsername));
  }

  addUser(user: EmulatorUser): EmulatedUser {
    return toEmulatedUser(this.app.userChanges.add(user));
  }

  updateUser(idOrUsername: string, patch: Partial<EmulatorUser>): EmulatedUser {
    return toEmulatedUser(this.app.userChanges.update(idOrUsername, patch));
  }

  suspendUser(idOrUsername: string): void {
    this.app.userChanges.suspend(idOrUsername);
  }

  restoreUser(idOrUsername: string): void {
    this.app.userChanges.restore(idOrUsername);
  }

  deleteUser(idOrUsername: string): void {
    this.app.userChanges.delete(idOrUsername);
  }

  setApplication(application: EmulatorApplication): void {
    this.app.tenant.setApplication(application);
  }

  async rotateSigningKeys(options?: KeyRotation): Promise<void> {
    await this.app.rotateSigningKeys(options);
  }

  passTime(seconds: number): void {
    this.app.store.age(seconds);
  }

  expireAccessTokens(idOrUsername?: string): void {
    this.app.expire(['AccessToken'], idOrUsername);
  }

  expireRefreshTokens(idOrUsername?: string): void {
    this.app.expire(['RefreshToken'], idOrUsername);
  }

  expireSessions(idOrUsername?: string): void {
    this.app.expire(['Session'], idOrUsername);
  }

  revokeGrants(idOrUsername?: string): void {
    this.app.expire(grantModels, idOrUsername);
  }

  async emitWebhook(url: string, event: string, data = {}, options = {}): Promise<void> {
    await this.webhooks.send(url, event, { data }, options);
  }

  createOneTimeToken(email: string, { expiresIn = 600 }: { expiresIn?: number } = {}): string {
    return this.app.issue('OneTimeToken', { email }, expiresIn);
  }

  createSubjectToken(idOrUsername: string): string {
    const { id: accountId } = this.app.tenant.getUser(idOrUsername);
    return this.app.issue('SubjectToken', { accountId }, 600);
  }

  private walk(url: string | URL, chooseForm: ChooseForm, cookies = new CookieJar()): Promise<URL> {
    return walkPages(new URL(url), {
      endpoint: this.endpoint,
      address: this.server.url,
      cookies,
      chooseForm,
    });
  }
}
