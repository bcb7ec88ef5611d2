import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv, UserScope } from 'nestjs-logto';
import { AppController } from './app.controller.js';
import { PayoutController } from './payout/payout.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SignOutLog } from './sessions/sign-out-log.js';
import { UsersModule } from './users/users.module.js';

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
        // In seconds. Sessions only have `lastSeenAt` with an idle timeout.
        lifetime: { idle: 7 * 24 * 60 * 60 },
      }),
    ),
    UsersModule,
  ],
  controllers: [AppController, PayoutController, SessionsController],
  providers: [SignOutLog],
})
export class AppModule {}
