import { consentPage } from '../pages/consent-page.js';
import { messagePage } from '../pages/message-page.js';
import type { TenantUser } from '../tenant/tenant.js';
import type { ExperienceParts, Visit } from './visit.js';

/** The tenant's own applications are granted what they ask for; for a third party's the person decides. */
export async function consentScreen(visit: Visit, parts: ExperienceParts): Promise<void> {
  const { tenant } = parts;
  const { clientId, form, interaction, params, posted, texts } = visit;
  const user = tenant.users.get(interaction.session?.accountId ?? '');
  const application = tenant.applications.get(clientId);
  if (!user || !application) {
    visit.show(messagePage(texts, texts.gone, texts.goneLead), texts.gone);
    return;
  }
  if (application.isThirdParty && !posted) {
    const scopes = params['scope']?.split(' ') ?? [];
    visit.show(
      consentPage({
        texts,
        application: visit.application,
        user,
        scopes: scopes.filter((scope) => scope !== 'openid' && scope !== 'offline_access'),
        organizations: scopes.includes('urn:logto:scope:organizations')
          ? user.organizations.flatMap(({ id }) => tenant.organization(id) ?? [])
          : [],
        action: visit.action,
      }),
    );
    return;
  }
  if (application.isThirdParty) {
    if (form.get('decision') !== 'authorize') {
      await visit.finish({ error: 'access_denied', error_description: 'End-User aborted interaction' });
      return;
    }
    tenant.consentedOrganizations.set(`${user.id}:${clientId}`, new Set(form.getAll('organization')));
  }
  await visit.finish({ consent: { grantId: await extendGrant(visit, parts, user) } });
}

/** Adds what is missing to the grant that all sign-ins of the application share in this browser session. */
async function extendGrant(visit: Visit, parts: ExperienceParts, user: TenantUser): Promise<string> {
  const { grantId, prompt } = visit.interaction;
  const { Grant } = parts.provider();
  const existing = grantId === undefined ? undefined : await Grant.find(grantId);
  const grant = existing ?? new Grant({ accountId: user.id, clientId: visit.clientId });
  const { missingOIDCScope, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  if (missingOIDCScope) {
    grant.addOIDCScope(missingOIDCScope.join(' '));
  }
  for (const [indicator, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(indicator, scopes.join(' '));
  }
  return grant.save();
}
