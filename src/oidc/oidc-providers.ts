import type { Type } from '@nestjs/common';
import { CircuitBreaker } from './calls/circuit-breaker.js';
import { ProviderCallLog } from './calls/provider-call-log.js';
import { ProviderClock } from './calls/provider-clock.js';
import { IdTokenGrants } from './id-token-grants.js';
import { MachineClient } from './machine-client.js';
import { OidcClient } from './oidc-client.js';
import { ProviderConfiguration } from './provider-configuration.js';
import { ProviderFetch } from './provider-fetch.js';
import { ProviderRequests } from './provider-requests.js';
import { TokenExchange } from './token-exchange.js';
import { TokenVerifier } from './token-verifier.js';

/** What calls Logto. */
export const oidcProviders: Type[] = [
  CircuitBreaker,
  IdTokenGrants,
  MachineClient,
  OidcClient,
  ProviderCallLog,
  ProviderClock,
  ProviderConfiguration,
  ProviderFetch,
  ProviderRequests,
  TokenExchange,
  TokenVerifier,
];
