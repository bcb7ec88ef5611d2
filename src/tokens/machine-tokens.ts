import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from '../oidc/circuit-breaker.js';
import { MachineClient } from '../oidc/machine-client.js';
import type { TokenTarget } from '../oidc/oidc-client.js';
import { refreshAt, type TokenSet } from '../oidc/token-set.js';
import { SingleFlight } from './single-flight.js';

/** What a machine-to-machine token is for: a resource, an organization or both. */
export interface ClientCredentialsParameters extends TokenTarget {
  /** Scopes, space-separated. Logto gives only those that are asked for. Default: none. */
  scope?: string;
}

/** Tokens of the app itself, without a user: kept until shortly before they expire, asked for once. */
@Injectable()
export class MachineTokens {
  private readonly kept = new LRUCache<string, TokenSet>({ max: 1000 });
  private readonly calls = new SingleFlight();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly client: MachineClient,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * An access token by client credentials (RFC 6749 section 4.4).
   * @throws LogtoException `machine_to_machine_not_configured`, Logto's own refusal, or a transient one
   */
  async token(parameters: ClientCredentialsParameters): Promise<string> {
    if (!this.options.machineToMachine) throw notConfigured();
    const { resource, organizationId, scope } = parameters;
    const key = JSON.stringify([resource, organizationId, scope]);
    const kept = this.kept.get(key);
    if (kept && Date.now() < refreshAt(kept)) return kept.accessToken;
    const ask = (): Promise<TokenSet> => this.calls.run(key, () => this.ask(key, parameters));
    if (!kept || Date.now() >= kept.expiresAt) return (await ask()).accessToken;
    try {
      return ((await this.breaker.unlessOpen('client credentials', ask, { expiring: true })) ?? kept)
        .accessToken;
    } catch (error) {
      // The time before its expiry is there to bridge this.
      if (error instanceof LogtoException && error.transient) return kept.accessToken;
      throw error;
    }
  }

  private async ask(
    key: string,
    { resource, organizationId, scope }: ClientCredentialsParameters,
  ): Promise<TokenSet> {
    const tokens = await this.client.clientCredentials({
      ...(resource !== undefined && { resource }),
      ...(organizationId !== undefined && { organization_id: organizationId }),
      ...(scope !== undefined && { scope }),
    });
    this.kept.set(key, tokens);
    return tokens;
  }
}

function notConfigured(): LogtoException {
  return new LogtoException(
    'machine_to_machine_not_configured',
    'Client credentials need an application of the type machine-to-machine: a web application may not use ' +
      'them. Give its id and secret as `machineToMachine: { appId, appSecret }`.',
  );
}
