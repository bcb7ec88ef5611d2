import { applyDecorators } from '@nestjs/common';
import { WithLogto } from '../../user/with-logto.decorator.js';
import { Public } from './access.decorators.js';

/**
 * Decorates the routes of the module itself. They are public despite a global guard, and fetch nothing for the user
 * context: Logto may be down at a sign-out.
 */
export function ModuleRoutes(): ClassDecorator {
  return applyDecorators(
    Public(),
    WithLogto({ fetchUserInfo: false, getAccessToken: false, getOrganizationToken: false }),
  );
}
