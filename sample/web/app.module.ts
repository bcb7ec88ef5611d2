import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv, UserScope } from 'nestjs-logto';
import { AppController } from './app.controller.js';

/** The API resource to get access tokens for. Without one, access tokens are for user info. */
const resource = process.env.LOGTO_RESOURCE;

@Module({
  imports: [
    LogtoModule.forRoot(
      logtoOptionsFromEnv({
        scopes: [
          UserScope.Email,
          UserScope.CustomData,
          UserScope.Roles,
          UserScope.Organizations,
          UserScope.OrganizationRoles,
          'read:books',
          'write:books',
        ],
        resources: resource ? [resource] : [],
        resource,
      }),
    ),
  ],
  controllers: [AppController],
})
export class AppModule {}
