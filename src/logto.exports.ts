import { AccessDecision } from './guard/access-decision.js';
import { LogtoApiGuard } from './guard/logto-api.guard.js';
import { LogtoGuard } from './guard/logto.guard.js';
import { LogtoService } from './logto.service.js';
import { OperatorLog } from './operator-log.js';
import { ResolvedLogtoOptions } from './options/resolved-logto-options.js';
import { LogtoSessions } from './session/logto-sessions.js';
import { HandlerContext } from './user/handler-context.js';

/** What other modules can inject. Nest creates guards there, so their dependencies are exported, too. */
export const logtoExports = [
  LogtoService,
  LogtoSessions,
  LogtoGuard,
  LogtoApiGuard,
  AccessDecision,
  HandlerContext,
  OperatorLog,
  ResolvedLogtoOptions,
];
