import { invitationRoutes } from './routes/invitation-routes.js';
import { organizationMemberRoleRoutes } from './routes/organization-member-role-routes.js';
import { organizationMemberRoutes } from './routes/organization-member-routes.js';
import { organizationRoleRoutes } from './routes/organization-role-routes.js';
import { organizationRoutes } from './routes/organization-routes.js';
import { organizationScopeRoutes } from './routes/organization-scope-routes.js';
import { resourceRoutes } from './routes/resource-routes.js';
import { roleRoutes } from './routes/role-routes.js';
import { tokenRoutes } from './routes/token-routes.js';
import { userRoleRoutes } from './routes/user-role-routes.js';
import { userRoutes } from './routes/user-routes.js';
import { userSessionRoutes } from './routes/user-session-routes.js';

/** The Management API that the emulator supports, by method and path of Logto's OpenAPI document. */
export const managementRoutes = {
  ...userRoutes,
  ...userRoleRoutes,
  ...userSessionRoutes,
  ...roleRoutes,
  ...resourceRoutes,
  ...organizationRoutes,
  ...organizationMemberRoutes,
  ...organizationMemberRoleRoutes,
  ...organizationRoleRoutes,
  ...organizationScopeRoutes,
  ...invitationRoutes,
  ...tokenRoutes,
};
