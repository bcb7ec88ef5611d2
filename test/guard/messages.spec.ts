import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Param, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { MessagePattern, Server } from '@nestjs/microservices';
import type { Request } from 'express';
import {
  AuthUser,
  LogtoApiGuard,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  RequireScopes,
} from 'nestjs-logto';
import { lastValueFrom } from 'rxjs';
import { startApp, type TestApp } from '../support/app/app.js';
import { resource } from '../support/logto/issuer.js';
import { call } from './support/api.js';
import { accessTenant } from './support/access-tenant.js';

/** A microservice whose messages arrive in HTTP requests and carry the request, like @rekog/mcp-nest. */
class HttpMessages extends Server {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return undefined as T;
  }

  async deliver(pattern: string, request: Request): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern);
    const answer = await handler?.({}, { getRawRequest: () => request });
    return lastValueFrom(this.transformToObservable(answer)).catch((error: unknown) => error);
  }
}

const messages = new HttpMessages();

@Controller()
class MessagesController {
  @Post('messages/:pattern')
  receive(@Param('pattern') pattern: string, @Req() request: Request): Promise<unknown> {
    return messages.deliver(pattern, request);
  }
}

@Controller()
@UseFilters(LogtoExceptionFilter)
class ToolsController {
  @MessagePattern('api')
  @UseGuards(LogtoApiGuard)
  api(@AuthUser() user: LogtoContext): object {
    return { sub: user.claims?.sub, scopes: user.scopes };
  }

  @MessagePattern('scoped')
  @UseGuards(LogtoApiGuard)
  @RequireScopes('erase:things')
  scoped(): string {
    return 'erased';
  }

  @MessagePattern('session')
  @UseGuards(LogtoGuard)
  session(@AuthUser() user: LogtoContext): object {
    return { sub: user.claims?.sub };
  }
}

describe('A message that arrives in an HTTP request, such as the call of an MCP tool', () => {
  const tenant = accessTenant();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({
      issuer: tenant.issuer,
      controllers: [MessagesController, ToolsController],
      logto: { api: { audience: resource } },
      configure: (nest) => nest.connectMicroservice({ strategy: messages }),
    });
    await app.app.startAllMicroservices();
  });

  const send = async (pattern: string, token?: string): Promise<unknown> =>
    (await call(app, `/messages/${pattern}`, token, { method: 'POST' })).json();

  it('has the user of the bearer token of the request', async () => {
    const token = await tenant.tokens.ofUser('ada', { resource });

    expect(await send('api', token)).toEqual({ sub: 'ada', scopes: ['read:things'] });
  });

  it('is denied without a token, with an invalid one, and if a scope is missing', async () => {
    const token = await tenant.tokens.ofUser('ada', { resource });

    expect(await send('api')).toMatchObject({ code: 'not_authenticated' });
    expect(await send('api', 'a.b.c')).toMatchObject({ code: 'invalid_token' });
    expect(await send('scoped', token)).toMatchObject({ code: 'insufficient_scope' });
  });

  it('has the user of the session of the request', async () => {
    const browser = await app.signedInBrowser(tenant.issuer);

    const page = await browser.fetch('/messages/session', { method: 'POST' });
    expect(page.json()).toEqual({ sub: 'ada' });
    expect(await send('session')).toMatchObject({ code: 'not_authenticated' });
  });
});
