import type { Interaction, KoaContextWithOIDC } from 'oidc-provider';

import { acrValues, satisfies } from './authentication-context.js';
import type { OidcProviderModule } from './load-oidc-provider.js';

/** The reason of an interaction that only has to raise the authentication context. */
const acrUnmet = 'acr_unmet';

const unmet = 'unmet_authentication_requirements';

/** Whether an interaction asks a signed-in user for the second factor, and for nothing else. */
export function isStepUp({ prompt, session }: Interaction): boolean {
  return session?.accountId !== undefined && prompt.reasons.length === 1 && prompt.reasons[0] === acrUnmet;
}

/** The provider's interaction policy, with the check that asks for a second factor if `acr_values` requires it. */
export function stepUpPolicy({ interactionPolicy, errors }: OidcProviderModule) {
  const policy = interactionPolicy.base();
  const check = new interactionPolicy.Check(
    acrUnmet,
    'none of the requested authentication contexts is met',
    unmet,
    (ctx) => {
      const requested = requestedAcrValues(ctx);
      if (requested === undefined) return false;
      if (!requested.some((value) => acrValues.some((known) => known === value))) {
        throw new errors.CustomOIDCProviderError(unmet, 'none of the acr_values is supported');
      }
      const { session } = ctx.oidc;
      return session?.accountId !== undefined && !satisfies(session.acr, requested);
    },
  );
  policy.get('login')?.checks.add(check);
  return policy;
}

function requestedAcrValues({ oidc }: KoaContextWithOIDC): string[] | undefined {
  const requested = oidc.params?.['acr_values'];
  return typeof requested === 'string' ? requested.split(' ') : undefined;
}
