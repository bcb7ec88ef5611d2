import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
import { LogtoHealthIndicator } from 'nestjs-logto/terminus';
import { AppController } from './app.controller.js';
import { HealthController } from './health.controller.js';
import { RedisConnections } from './redis-connections.js';
import { RedisModule } from './redis.module.js';

@Module({
  imports: [
    TerminusModule,
    LogtoModule.forRootAsync({
      imports: [RedisModule],
      inject: [RedisConnections],
      useFactory: ({ store, lock }: RedisConnections) =>
        logtoOptionsFromEnv({
          // The secret comes from the environment. All instances need the same one to read each other's cookies.
          session: { store },
          lock,
          // The keys come from the environment as well. Without them the sample does not start.
          encryption: {},
          resources: process.env.LOGTO_RESOURCE ? [process.env.LOGTO_RESOURCE] : [],
        }),
    }),
  ],
  controllers: [AppController, HealthController],
  providers: [LogtoHealthIndicator],
})
export class AppModule {}
