import { CookieJar } from './browser/cookie-jar.js';
import {
  signInForms,
  signUpForms,
  type EmulatorSignInOptions,
  type EmulatorSignUpOptions,
} from './browser/sign-in-forms.js';
import { submitPages, type ChooseForm } from './browser/submit-pages.js';
import { toEmulatedUser, type EmulatedUser } from './emulated-user.js';
import { EmulatorApp } from './emulator-app.js';
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
import { grantModels } from './provider/memory-store.js';
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
    // Generating keys takes time, so this happens before the port is open. `signWith()` needs the port.
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

  async signIn(authorizationUrl: string | URL, options: EmulatorSignInOptions): Promise<URL> {
    const user = this.app.tenant.getUser(options.username);
    return this.submitPages(authorizationUrl, signInForms(user, options), options.cookies);
  }

  async signUp(authorizationUrl: string | URL, options: EmulatorSignUpOptions): Promise<URL> {
    return this.submitPages(authorizationUrl, signUpForms(options), options.cookies);
  }

  async signOut(endSessionUrl: string | URL, { cookies }: { cookies: CookieJar }): Promise<URL> {
    return this.submitPages(endSessionUrl, () => undefined, cookies);
  }

  requests(endpoint?: EmulatorEndpoint): RecordedRequest[] {
    return this.log.list(endpoint);
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
    this.app.deleteRecords(['AccessToken'], idOrUsername);
  }

  expireRefreshTokens(idOrUsername?: string): void {
    this.app.deleteRecords(['RefreshToken'], idOrUsername);
  }

  expireSessions(idOrUsername?: string): void {
    this.app.deleteRecords(['Session'], idOrUsername);
  }

  revokeGrants(idOrUsername?: string): void {
    this.app.deleteRecords(grantModels, idOrUsername);
  }

  async emitWebhook(url: string, event: string, data = {}, options = {}): Promise<void> {
    await this.webhooks.send(url, event, { data }, options);
  }

  createOneTimeToken(email: string, { expiresIn }: { expiresIn?: number } = {}): string {
    return this.app.issue('OneTimeToken', { email }, expiresIn);
  }

  createSubjectToken(idOrUsername: string): string {
    const { id: accountId } = this.app.tenant.getUser(idOrUsername);
    return this.app.issue('SubjectToken', { accountId });
  }

  private submitPages(url: string | URL, chooseForm: ChooseForm, cookies = new CookieJar()): Promise<URL> {
    return submitPages(new URL(url), {
      endpoint: this.endpoint,
      serverUrl: this.server.url,
      cookies,
      chooseForm,
    });
  }
}
