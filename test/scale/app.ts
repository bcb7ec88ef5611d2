import 'reflect-metadata';
import { Controller, Get, Module, Post, Query, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import session from 'express-session';
import {
  LogtoApiGuard,
  LogtoGuard,
  LogtoModule,
  LogtoService,
  LogtoSessions,
  UserScope,
  type LogtoModuleOptions,
} from 'nestjs-logto';
import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { application, resource, scopes, shortLived } from './tenant.js';

export const sessionSecret = 'the-session-secret-of-the-measurement-0123456789';
const lifetime = 14 * 24 * 60 * 60 * 1000;
export const sessionCookie = 'scale.sid';

@Controller()
class PagesController {
  constructor(
    private readonly logto: LogtoService,
    private readonly sessions: LogtoSessions,
  ) {}

  @Get('public')
  public(): string {
    return 'public';
  }

  @Get('me')
  @UseGuards(LogtoGuard)
  me(): string {
    return 'me';
  }

  @Get('token')
  @UseGuards(LogtoGuard)
  async token(@Req() request: Request, @Query('resource') of: string): Promise<{ token: string }> {
    return { token: await this.logto.getAccessToken(request, { resource: of }) };
  }

  @Get('user-info')
  @UseGuards(LogtoGuard)
  async userInfo(@Req() request: Request): Promise<object> {
    return this.logto.fetchUserInfo(request);
  }

  @Get('bearer')
  @UseGuards(LogtoApiGuard)
  bearer(): string {
    return 'bearer';
  }

  @Get('sessions')
  async find(@Query('sub') sub: string): Promise<number> {
    return (await this.sessions.find({ sub })).length;
  }

  @Post('sessions/end')
  end(@Query('sub') sub: string): Promise<number> {
    return this.sessions.end({ sub });
  }

  @Post('sessions/refresh-claims')
  refreshClaims(@Query('sub') sub: string): Promise<number> {
    return this.sessions.refreshClaims({ sub });
  }
}

/** What an app starts with. */
export interface AppSetup {
  /** The address of the emulator. */
  readonly endpoint: string;
  /** The URL of Redis. */
  readonly redis: string;
  /** Whether the app mounts the session itself. Default: the module does. */
  readonly mountsSession?: boolean;
  /** The port of the instance, and its address as browsers see it. Default: a free port, reached directly. */
  readonly port?: number;
  readonly baseUrl?: string;
  readonly logto?: Partial<LogtoModuleOptions>;
}

export interface App {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** Starts an app with its sessions on Redis. */
export async function startApp(setup: AppSetup): Promise<App> {
  const client = createClient({ url: setup.redis, disableOfflineQueue: true });
  client.on('error', () => undefined);
  await client.connect();
  const port = setup.port ?? (await freePort());
  const baseUrl = setup.baseUrl ?? `http://localhost:${port}`;
  const options = {
    secret: sessionSecret,
    name: sessionCookie,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax' as const, maxAge: lifetime },
    store: new RedisStore({ client }),
  };

  @Module({
    imports: [
      LogtoModule.forRoot({
        endpoint: setup.endpoint,
        appId: application.id,
        appSecret: application.secret,
        baseUrl,
        scopes: [
          UserScope.Email,
          UserScope.Phone,
          UserScope.Roles,
          UserScope.Organizations,
          UserScope.OrganizationRoles,
          ...scopes,
        ],
        resources: [resource, shortLived.indicator],
        api: { audience: resource },
        ...(setup.mountsSession ? {} : { session: options }),
        ...setup.logto,
      }),
    ],
    controllers: [PagesController],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  if (setup.mountsSession) app.use(session(options));
  await app.listen(port);
  return {
    baseUrl,
    async close() {
      await app.close();
      client.destroy();
    },
  };
}
