import type { TokenTarget } from 'nestjs-logto';
import { resource } from './issuer.js';
import { otherResource } from '../app/token-app.js';

/** The path of an access token at `TokensController`. */
export function tokenPath(target: TokenTarget = {}, route = '/token'): string {
  const query = new URLSearchParams({ ...target }).toString();
  return query ? `${route}?${query}` : route;
}

/** The path of a token for the API resource of the specs. */
export const resourceTokenPath = tokenPath({ resource });

/** The path of a token for the resource with shorter-lived tokens. */
export const otherTokenPath = tokenPath({ resource: otherResource });

/** The path of a token for the organization of the specs. */
export const organizationTokenPath = tokenPath({ organizationId: 'org_1' });
