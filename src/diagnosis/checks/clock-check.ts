import { Injectable } from '@nestjs/common';
import { clockRemedy, ProviderClock } from '../../oidc/calls/provider-clock.js';
import { ResolvedLogtoOptions } from '../../options/resolved-logto-options.js';
import type { LogtoCheck } from './logto-check.js';
import { skipped, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** Checks that the clocks of Logto and of this server agree. Otherwise tokens are not valid yet, or have expired. */
@Injectable()
export class ClockCheck implements LogtoCheck {
  readonly name = 'Clock';

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly clock: ProviderClock,
  ) {}

  async run(): Promise<LogtoDiagnosisCheck[]> {
    const { name, clock } = this;
    if (!clock.isMeasured) return [skipped(name, "Logto's response has no Date header to compare with.")];
    const asked = "The Date header of Logto's response";
    const difference = clock.difference(this.options.http.clockTolerance);
    if (difference === undefined)
      return [{ name, status: 'ok', asked, answer: "it agrees with this server's clock" }];
    return [{ name, status: 'failed', asked, answer: difference, remedy: clockRemedy }];
  }
}
