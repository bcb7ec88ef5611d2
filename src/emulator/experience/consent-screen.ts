import { consentPage } from '../pages/consent-page.js';
import { messagePage } from '../pages/message-page.js';
import type { TenantUser } from '../tenant/tenant.js';
import type { ExperienceDependencies, PageRequest } from './page-request.js';

/** Grants the tenant's own applications all requested scopes. For third-party applications the user decides. */
export async function consentScreen(
  request: PageRequest,
  dependencies: ExperienceDependencies,
): Promise<void> {
  const { tenant } = dependencies;
  const { clientId, form, interaction, params, isPost, texts } = request;
  const user = tenant.users.get(interaction.session?.accountId ?? '');
  const application = tenant.application(clientId);
  if (!user || !application) {
    request.show(messagePage(texts, texts.signInLost, texts.signInLostLead), texts.signInLost);
    return;
  }
  if (application.isThirdParty && !isPost) {
    const scopes = params['scope']?.split(' ') ?? [];
    request.show(
      consentPage({
        ...request.view,
        user,
        scopes: scopes.filter((scope) => scope !== 'openid' && scope !== 'offline_access'),
        organizations: scopes.includes('urn:logto:scope:organizations')
          ? user.organizations.flatMap(({ id }) => tenant.organization(id) ?? [])
          : [],
      }),
    );
    return;
  }
  if (application.isThirdParty) {
    if (form.get('decision') !== 'authorize') {
      await request.finish({ error: 'access_denied', error_description: 'End-User aborted interaction' });
      return;
    }
    tenant.consentedOrganizations.set(`${user.id}:${clientId}`, new Set(form.getAll('organization')));
  }
  await request.finish({ consent: { grantId: await extendGrant(request, dependencies, user) } });
}

/** Adds the missing scopes to the grant that all sign-ins of the application in this browser session share. */
async function extendGrant(
  request: PageRequest,
  dependencies: ExperienceDependencies,
  user: TenantUser,
): Promise<string> {
  const { grantId, prompt } = request.interaction;
  const { Grant } = dependencies.provider();
  const existing = grantId === undefined ? undefined : await Grant.find(grantId);
  const grant = existing ?? new Grant({ accountId: user.id, clientId: request.clientId });
  const { missingOIDCScope, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [indicator, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(indicator, scopes.join(' '));
  }
  return grant.save();
}
