import { Injectable } from '@nestjs/common';
import { ProviderConfiguration } from '../oidc/provider-configuration.js';
import { OperatorLog } from '../operator-log.js';
import { acrValuesOf } from '../options/authentication-context.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';

/** Where the authentication context of every sign-in is required. */
const optionName = 'signInOptions';

/** Reports at startup if the app requires step-up authentication and its Logto does not support it. */
@Injectable()
export class StepUpCheck {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly configuration: ProviderConfiguration,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Compares what the app requires with Logto's discovery document, in the background, because an app starts without Logto.
   * @param required a handler for each authentication context that is required
   */
  run(required: ReadonlyMap<string, string>): void {
    const places = new Map(required);
    // An option that fails every sign-in is more urgent than a handler that no user can call.
    for (const acr of acrValuesOf(this.options.signInOptions.acrValues)) places.set(acr, optionName);
    if (places.size > 0) setImmediate(() => void this.compare(places)).unref();
  }

  private async compare(places: ReadonlyMap<string, string>): Promise<void> {
    let supported: unknown;
    try {
      supported = (await this.configuration.get()).serverMetadata()['acr_values_supported'];
    } catch {
      // Logto is unavailable. If it does not support the context, sign-ins end with `insufficient_authentication`.
      return;
    }
    const values: unknown[] = Array.isArray(supported) ? supported : [];
    for (const [acr, place] of places) {
      if (values.includes(acr)) continue;
      const listed =
        values.length === 0 ? 'lists no `acr_values_supported`' : `only supports ${values.join(', ')}`;
      this.log.write(
        'error',
        `${place} requires the authentication context "${acr}", and the Logto at ${this.options.endpoint} ${listed}, so ` +
          `${place === optionName ? 'every sign-in fails' : 'no user can call it: its sign-ins fail'} with ` +
          '`insufficient_authentication`. Step-up authentication needs Logto 1.46: upgrade it, or leave the requirement out.',
        { key: `acr ${place} ${acr}` },
      );
    }
  }
}
