import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv, UserScope } from 'nestjs-logto';
import { AppController } from './app.controller.js';

/** The API that access tokens are for: one that is registered at Logto. Without it they are for user info. */
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
