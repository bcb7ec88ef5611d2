import { Injectable } from '@nestjs/common';
import { ProviderClock } from '../oidc/calls/provider-clock.js';
import { OperatorLog } from '../operator-log.js';
import { isRecent, type Principal } from './requirements/principal.js';

/** Detects that no sign-in can be recent enough for a route because Logto's clock is behind this server's. */
@Injectable()
export class ClockSkewCheck {
  constructor(
    private readonly clock: ProviderClock,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Logs and returns how the clocks differ if a sign-in that is too old here is recent enough by Logto's clock. Another
   * sign-in would be rejected as well.
   * @param maxAge in seconds
   */
  reportSkew(principal: Principal, maxAge: number): string | undefined {
    if (!isRecent(principal, maxAge, this.clock.now())) return undefined;
    const difference = this.clock.describeSkew();
    if (difference !== undefined) {
      this.log.write(
        'warn',
        `A sign-in is recent by Logto's clock but too old by this server's, so it was rejected. ${difference} ` +
          `Until then nobody can meet @RequireRecentSignIn({ maxAge: ${maxAge} }).`,
        { key: `clock ${maxAge}` },
      );
    }
    return difference;
  }
}
