import { AccessDecision } from './guard/access-decision.js';
import { LogtoApiGuard } from './guard/logto-api.guard.js';
import { LogtoGuard } from './guard/logto.guard.js';
import { LogtoService } from './logto.service.js';
import { ProviderCallLog } from './oidc/calls/provider-call-log.js';
import { ProviderConfiguration } from './oidc/provider-configuration.js';
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
  OperatorLog,
  ProviderCallLog,
  ProviderConfiguration,
  ProviderFetch,
  ResolvedLogtoOptions,
  SessionStoreLocator,
];
