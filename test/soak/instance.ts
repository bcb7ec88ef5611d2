/* One instance of the app under soak: sessions in Redis, reads, tokens and sign-out. */
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RedisStore } from 'connect-redis';
import { AuthUser, IdTokenClaims, LogtoContext, LogtoGuard, LogtoModule, WithLogto } from 'nestjs-logto';
import { createClient } from 'redis';
import type { InstanceReport } from './instance-report.js';

const { SOAK_PORT, SOAK_BASE_URL, SOAK_ENDPOINT, SOAK_REDIS, SOAK_RESOURCE, SOAK_SIGNING_KEY } =
  process.env as Record<string, string>;

@Controller()
class SoakController {
  @Get('me')
  @UseGuards(LogtoGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): string {
    return claims.sub;
  }

  @Get('token')
  @UseGuards(LogtoGuard)
  @WithLogto({ getAccessToken: true, resource: SOAK_RESOURCE })
  token(@AuthUser() user: LogtoContext): { sub?: string; has: boolean } {
    return { sub: user.claims?.sub, has: user.accessToken !== undefined };
  }
}

let unhandled = 0;
process.on('unhandledRejection', (reason) => {
  unhandled += 1;
  console.error('unhandled rejection:', reason);
});

const client = createClient({
  url: SOAK_REDIS,
  disableOfflineQueue: true,
  socket: { reconnectStrategy: 200, connectTimeout: 1000 },
});
// The store reports each failed call. Without a listener the client would end the process.
client.on('error', () => undefined);
await client.connect();

@Module({
  imports: [
    LogtoModule.forRoot({
      endpoint: SOAK_ENDPOINT ?? '',
      appId: 'soak',
      appSecret: 'the-secret-of-the-soaked-application',
      baseUrl: SOAK_BASE_URL ?? '',
      resources: [SOAK_RESOURCE ?? ''],
      scopes: ['read:things'],
      revalidateAfter: 60,
      webhooks: { signingKey: SOAK_SIGNING_KEY ?? '' },
      session: { secret: 'the-session-secret-of-the-soak', store: new RedisStore({ client, prefix: '' }) },
    }),
  ],
  controllers: [SoakController],
})
class SoakModule {}

const app = await NestFactory.create(SoakModule, { logger: false });
await app.listen(Number(SOAK_PORT));

process.on('message', (message) => {
  if (message === 'stop') {
    void app.close().then(() => process.exit(0));
    return;
  }
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed, unhandled } satisfies InstanceReport);
});
process.send?.('ready');
