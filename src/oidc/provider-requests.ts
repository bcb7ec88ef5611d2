import { Injectable } from '@nestjs/common';
import type { Configuration } from 'openid-client';
import type { ResolvedCredentials } from '../options/resolved-logto-options.js';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import type { ProviderCall } from './calls/provider-call.js';
import { toLogtoException } from './errors/to-logto-exception.js';
import { ProviderConfiguration } from './provider-configuration.js';

/** Makes requests to Logto whose response has no ID token. */
@Injectable()
export class ProviderRequests {
  constructor(
    private readonly configuration: ProviderConfiguration,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * Makes a request through the circuit breaker.
   * @param application who makes the request. Default: the application that signs users in.
   * @throws LogtoException Logto's own error, or a transient one
   */
  run<T>(
    call: ProviderCall,
    request: (configuration: Configuration) => Promise<T>,
    application?: ResolvedCredentials,
  ): Promise<T> {
    return this.breaker.run(call, async () => {
      const configuration = await (application
        ? this.configuration.of(application)
        : this.configuration.get());
      try {
        return await request(configuration);
      } catch (error) {
        throw toLogtoException(error, call);
      }
    });
  }
}
