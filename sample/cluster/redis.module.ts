import { Module } from '@nestjs/common';
import { RedisConnections } from './redis-connections.js';

@Module({
  providers: [
    {
      provide: RedisConnections,
      useFactory: () => RedisConnections.open(process.env.REDIS_URL ?? 'redis://localhost:6379'),
    },
  ],
  exports: [RedisConnections],
})
export class RedisModule {}
