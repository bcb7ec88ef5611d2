import { Module } from '@nestjs/common';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
import { AppController } from './app.controller.js';
import { RedisConnections } from './redis-connections.js';
import { RedisModule } from './redis.module.js';

@Module({
  imports: [
    LogtoModule.forRootAsync({
      imports: [RedisModule],
      inject: [RedisConnections],
      useFactory: ({ store, lock }: RedisConnections) =>
        logtoOptionsFromEnv({
          // Every instance has the same secret, or it could not read the others' session cookies.
          session: { secret: process.env.LOGTO_SESSION_SECRET ?? '', store },
          lock,
          resources: process.env.LOGTO_RESOURCE ? [process.env.LOGTO_RESOURCE] : [],
        }),
    }),
  ],
  controllers: [AppController],
})
export class AppModule {}
