import { AccessDecision } from './guard/access-decision.js';
import { LogtoApiGuard } from './guard/logto-api.guard.js';
import { LogtoGuard } from './guard/logto.guard.js';
import { LogtoService } from './logto.service.js';
import { OidcClient } from './oidc/oidc-client.js';
import { ProviderCallLog } from './oidc/calls/provider-call-log.js';
import { ProviderFetch } from './oidc/provider-fetch.js';
import { OperatorLog } from './operator-log.js';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { SessionStoreLocator } from './session/session-store-locator.js';
import { LogtoSessions } from './session/logto-sessions.js';
import { MachineTokens } from './tokens/machine-tokens.js';
import { HandlerContext } from './user/handler-context.js';

/**
 * What other modules can inject. Nest creates guards, `LogtoManagement` and `LogtoHealthIndicator` in those modules, so their
 * dependencies are exported too.
 */
export const logtoExports = [
  LogtoService,
  LogtoSessions,
  LogtoGuard,
  LogtoApiGuard,
  AccessDecision,
  HandlerContext,
  MachineTokens,
  OidcClient,
  OperatorLog,
  ProviderCallLog,
  ProviderFetch,
  ResolvedLogtoOptions,
  SessionStoreLocator,
];
