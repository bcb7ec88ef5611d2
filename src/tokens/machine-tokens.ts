import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../bounded-cache.js';
import { publishTokenLookup } from '../events/publish.js';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from '../oidc/calls/circuit-breaker.js';
import { MachineClient } from '../oidc/machine-client.js';
import { targetParameters, type TokenTarget } from '../oidc/token-target.js';
import type { TokenSet } from '../oidc/token-set.js';
import { SingleFlight } from '../concurrency/single-flight.js';

/** Parameters of a machine-to-machine token: a resource, an organization or both. */
export interface ClientCredentialsParameters extends TokenTarget {
  /** The indicator of an API resource. Required unless `organizationId` is set. */
  readonly resource?: string | undefined;
  /** The ID of an organization that the application belongs to. Default: none. */
  readonly organizationId?: string | undefined;
  /** Scopes, separated by spaces. Logto grants only those that are requested. Default: none. */
  scope?: string;
}

/** Tokens of the app itself, without a user: cached until shortly before they expire, requested by a single flight. */
@Injectable()
export class MachineTokens {
  private readonly cache = new BoundedCache<TokenSet>({ max: 1000 });
  private readonly singleFlight = new SingleFlight();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly client: MachineClient,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * An access token by client credentials (RFC 6749 section 4.4).
   * @throws LogtoException `machine_to_machine_not_configured`, Logto's own error, or a transient one
   */
  async token(parameters: ClientCredentialsParameters): Promise<string> {
    if (!this.options.machineToMachine) throw notConfigured();
    const key = keyOf(parameters);
    const cached = this.cache.get(key);
    const isHit = cached !== undefined && Date.now() < cached.refreshAt;
    publishTokenLookup('machine-token', isHit);
    if (isHit) return cached.accessToken;
    const request = (): Promise<TokenSet> => this.singleFlight.run(key, () => this.request(key, parameters));
    if (!cached || Date.now() >= cached.expiresAt) return (await request()).accessToken;
    return (await this.breaker.renew('client credentials', cached, request, { expiring: true })).accessToken;
  }

  /**
   * Gets a new access token in place of one that was rejected.
   * @throws LogtoException as {@link token}
   */
  renewToken(parameters: ClientCredentialsParameters, rejected: string): Promise<string> {
    this.forget(parameters, rejected);
    return this.token(parameters);
  }

  /** Drops a token that was rejected. The next call requests a new one. */
  forget(parameters: ClientCredentialsParameters, rejected: string): void {
    const key = keyOf(parameters);
    // A concurrent call may have renewed it already.
    if (this.cache.get(key)?.accessToken === rejected) this.cache.delete(key);
  }

  private async request(key: string, parameters: ClientCredentialsParameters): Promise<TokenSet> {
    const tokens = await this.client.clientCredentials(targetParameters(parameters, parameters.scope));
    this.cache.set(key, tokens);
    return tokens;
  }
}

function keyOf({ resource, organizationId, scope }: ClientCredentialsParameters): string {
  return JSON.stringify([resource, organizationId, scope]);
}

function notConfigured(): LogtoException {
  return new LogtoException(
    'machine_to_machine_not_configured',
    'Client credentials need an application of the type machine-to-machine: a web application may not use ' +
      'them. Give its ID and secret as `machineToMachine: { appId, appSecret }`.',
  );
}
