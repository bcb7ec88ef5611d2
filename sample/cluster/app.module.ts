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
          // Its secret is the environment's: every instance has the same, or it could not read the others' cookies.
          session: { store },
          lock,
          resources: process.env.LOGTO_RESOURCE ? [process.env.LOGTO_RESOURCE] : [],
        }),
    }),
  ],
  controllers: [AppController],
})
export class AppModule {}
