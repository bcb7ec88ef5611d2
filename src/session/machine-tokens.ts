import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';
import { OidcClient, type TokenTarget } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { BoundedMap } from './bounded-map.js';

/** What a machine-to-machine token is for. */
export interface ClientCredentialsParameters extends TokenTarget {
  /** Scopes, space-separated. Logto gives only those that are asked for. Default: none. */
  scope?: string;
}

/** Tokens of the app itself, without a user: kept until shortly before they expire, asked for once. */
export class MachineTokens {
  private readonly kept = new BoundedMap<string, Promise<TokenSet>>(1000);
  private readonly oidc: OidcClient | undefined;

  constructor(options: ResolvedLogtoOptions) {
    this.oidc = options.machineToMachine && new OidcClient(options, options.machineToMachine);
  }

  /**
   * An access token by client credentials (RFC 6749 section 4.4).
   * @throws LogtoException `machine_to_machine_not_configured`, Logto's own refusal, or a transient one
   */
  async token({ resource, organizationId, scope }: ClientCredentialsParameters): Promise<string> {
    if (!this.oidc) {
      throw new LogtoException(
        'machine_to_machine_not_configured',
        'Client credentials need an application of the type machine-to-machine: a web application may not use ' +
          'them. Give its id and secret as `machineToMachine: { appId, appSecret }`.',
      );
    }
    const parameters = {
      ...(resource !== undefined && { resource }),
      ...(organizationId !== undefined && { organization_id: organizationId }),
      ...(scope !== undefined && { scope }),
    };
    const key = JSON.stringify([resource, organizationId, scope]);
    const known = await this.kept.get(key)?.catch(() => undefined);
    if (known && Date.now() < known.expiresAt - Math.min(60_000, known.lifetime / 10))
      return known.accessToken;

    const asked = this.oidc.clientCredentials(parameters);
    this.kept.set(key, asked);
    asked.catch(() => this.kept.delete(key));
    return (await asked).accessToken;
  }
}
