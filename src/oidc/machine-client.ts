import { Injectable } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import { OidcClient } from './oidc-client.js';
import { ProviderFetch } from './provider-fetch.js';

/** Makes the requests of the machine-to-machine application. */
@Injectable()
export class MachineClient extends OidcClient {
  constructor(options: ResolvedLogtoOptions, providerFetch: ProviderFetch, breaker: CircuitBreaker) {
    super(options, providerFetch, breaker, options.machineToMachine);
  }
}
