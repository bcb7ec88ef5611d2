import { LogtoAcr } from '../../options/logto-constants.js';
import { requires } from '../requirements/requirement.js';

/**
 * Requires a user who has signed in at Logto with a second factor, or with a passkey. The short form of
 * `@RequireAuthentication({ acr: LogtoAcr.Mfa })`: a browser navigation is redirected to a sign-in that asks for the second
 * factor, and comes back. Any other request gets 401 `insufficient_authentication`. Needs Logto 1.46.
 *
 * ```ts
 * @Post('payout') @RequireMfa()
 * ```
 * @throws TypeError at definition when it gets an argument, as it does without the parentheses
 */
export function RequireMfa(...none: never[]): ClassDecorator & MethodDecorator {
  if (none.length > 0) throw new TypeError('@RequireMfa() takes no arguments. Write the parentheses.');
  return requires({ kind: 'authentication', acr: LogtoAcr.Mfa });
}
