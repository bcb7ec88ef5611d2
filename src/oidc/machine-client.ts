import { Injectable } from '@nestjs/common';
import { clientCredentialsGrant } from 'openid-client';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ProviderRequests } from './provider-requests.js';
import { toTokenSet, type TokenSet } from './token-set.js';

/** Makes the requests of the machine-to-machine application. */
@Injectable()
export class MachineClient {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly requests: ProviderRequests,
  ) {}

  /** The client credentials grant (RFC 6749 section 4.4). */
  clientCredentials(parameters: Record<string, string>): Promise<TokenSet> {
    return this.requests.run(
      'client credentials',
      async (configuration) => toTokenSet(await clientCredentialsGrant(configuration, parameters)),
      this.options.machineToMachine,
    );
  }
}
