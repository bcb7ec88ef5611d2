import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { retryInterval } from '../oidc/calls/circuit-breaker.js';
import { ProviderConfiguration } from '../oidc/provider-configuration.js';
import { ProviderCallLog } from '../oidc/calls/provider-call-log.js';
import { settlesWithin } from '../concurrency/settles-within.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { SessionStoreLocator } from '../session/session-store-locator.js';
import { toHealthCall, type LogtoHealth } from './logto-health.js';
import { SessionStoreProbe, type SessionStoreState } from './session-store-probe.js';

/** How long a check waits, in milliseconds. A probe of Kubernetes waits for a second by default. */
const maxWait = 800;

/** Options of {@link LogtoHealthIndicator.isHealthy}. */
export interface LogtoHealthOptions {
  /**
   * Whether the status is `down` until Logto has responded once. With `false`, an app that starts during an outage of Logto
   * is `up`. Default: `true`.
   */
  requireLogto?: boolean;
}

/**
 * A health indicator for `@nestjs/terminus`: whether this instance can serve signed-in users. It reports the results of the
 * calls that user requests have caused, and sends no request to Logto once Logto has responded.
 *
 * ```ts
 * @Module({ imports: [TerminusModule], controllers: [HealthController], providers: [LogtoHealthIndicator] })
 * export class HealthModule {}
 * ```
 * @see {@link https://docs.nestjs.com/recipes/terminus}
 */
@Injectable()
export class LogtoHealthIndicator {
  private readonly storeProbe: SessionStoreProbe;

  constructor(
    private readonly health: HealthIndicatorService,
    private readonly options: ResolvedLogtoOptions,
    private readonly calls: ProviderCallLog,
    private readonly configuration: ProviderConfiguration,
    storeLocator: SessionStoreLocator,
    log: OperatorLog,
  ) {
    this.storeProbe = new SessionStoreProbe(storeLocator, log);
  }

  /**
   * Checks the session store with one read, and reports the last calls to Logto. The status is `down` if the store does not
   * respond, or if Logto has not responded since startup. A Logto that becomes unavailable later leaves it `up`, because
   * users stay signed in. Waits for less than a second, and never rejects.
   *
   * ```ts
   * this.health.check([() => this.logto.isHealthy('logto')]);
   * ```
   * @param key the name of the result in the response
   */
  async isHealthy<const Key extends string>(
    key: Key,
    { requireLogto = true }: LogtoHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const [sessionStore] = await Promise.all([this.sessionStore(), this.awaitFirstResponse()]);
    const message = this.problem(sessionStore, requireLogto);
    const details = this.details(sessionStore);
    const check = this.health.check(key);
    return message === undefined ? check.up(details) : check.down({ message, ...details });
  }

  private problem(sessionStore: SessionStoreState | undefined, requireLogto: boolean): string | undefined {
    if (sessionStore === 'down') return 'The session store does not respond: signed-in users get 503.';
    if (!requireLogto || this.calls.lastSuccess) return undefined;
    return 'Logto has not responded since startup: users cannot sign in, and tokens cannot be verified.';
  }

  private details(sessionStore: SessionStoreState | undefined): LogtoHealth & Record<string, unknown> {
    const { isFailing, lastDiscovery, lastSuccess, lastFailure } = this.calls;
    return {
      provider: isFailing === undefined ? 'unknown' : isFailing ? 'failing' : 'up',
      ...(lastDiscovery && { lastDiscovery: toHealthCall(lastDiscovery) }),
      ...(lastSuccess && { lastSuccess: toHealthCall(lastSuccess) }),
      ...(lastFailure && { lastFailure: toHealthCall(lastFailure) }),
      ...(sessionStore !== undefined && { sessionStore }),
    };
  }

  private async sessionStore(): Promise<SessionStoreState | undefined> {
    return this.options.client ? this.storeProbe.state(maxWait) : undefined;
  }

  /**
   * Requests the discovery document until Logto has responded once, every 30 seconds at most, because an instance that is
   * not ready gets no user requests, which would otherwise request it.
   */
  private async awaitFirstResponse(): Promise<void> {
    const { lastSuccess, lastDiscovery } = this.calls;
    if (lastSuccess || (lastDiscovery && Date.now() - lastDiscovery.at < retryInterval)) return;
    await settlesWithin(this.configuration.get(), maxWait);
  }
}
