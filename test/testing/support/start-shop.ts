import { UserScope } from 'nestjs-logto';
import { LogtoTestingModule } from 'nestjs-logto/testing';
import { resource } from '../../support/logto/issuer.js';
import { shop, startUnderTest, type ShopUnderTest } from './shop-under-test.js';

/** Starts the shop with all the scopes that its routes need, for sessions and bearer tokens. */
export const startShop = (): Promise<ShopUnderTest> =>
  startUnderTest(
    shop([
      LogtoTestingModule.forRoot({
        endpoint: 'https://logto.example.com',
        appId: 'shop',
        scopes: [
          UserScope.Email,
          UserScope.CustomData,
          UserScope.Roles,
          UserScope.Organizations,
          UserScope.OrganizationRoles,
          'read:orders',
          'invite',
        ],
        resources: [resource],
        api: { audience: resource },
        lifetime: { absolute: 24 * 3600 },
      }),
    ]),
  );
