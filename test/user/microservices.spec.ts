import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseFilters, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { AuthUser, LogtoContext, LogtoExceptionFilter, LogtoGuard, Public, RequireRoles } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { firstValueFrom } from 'rxjs';
import { LogRecorder } from '../guard/support/log-recorder.js';
import { startApp, type TestApp, type TestAppParts } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { startIssuer } from '../support/logto/issuer.js';

@Controller()
class HybridController {
  readonly events: string[] = [];

  @Get('page')
  @UseGuards(LogtoGuard)
  page(): string {
    return 'page';
  }

  @MessagePattern('open')
  open(@AuthUser() user: LogtoContext): boolean {
    return user.isAuthenticated;
  }

  @MessagePattern('guarded')
  @UseGuards(LogtoGuard)
  guarded(): string {
    return 'guarded';
  }

  @MessagePattern('required')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  required(): string {
    return 'required';
  }

  @MessagePattern('filtered')
  @UseGuards(LogtoGuard)
  @UseFilters(LogtoExceptionFilter)
  filtered(): string {
    return 'filtered';
  }

  @MessagePattern('public')
  @Public()
  @UseGuards(LogtoGuard)
  public(): string {
    return 'public';
  }

  @EventPattern({ event: 'happened' })
  @UseGuards(LogtoGuard)
  event(): void {
    this.events.push('guarded');
  }

  @EventPattern({ event: 'happened without a guard' })
  openEvent(): void {
    this.events.push('open');
  }
}

describe('A message of a hybrid app', () => {
  let issuer: LogtoEmulator;
  let app: TestApp;
  let client: ClientProxy;
  let logs: LogRecorder;

  beforeAll(async () => {
    issuer = await startIssuer();
  });

  afterEach(async () => {
    await client.close();
    await app.close();
    logs.stop();
  });

  afterAll(() => issuer.close());

  async function start(inheritAppConfig: boolean, parts: Partial<TestAppParts> = {}): Promise<void> {
    logs = new LogRecorder();
    const port = await freePort();
    app = await startApp({
      issuer,
      controllers: [HybridController],
      ...parts,
      configure: (nest) => {
        nest.useLogger(logs);
        nest.connectMicroservice({ transport: Transport.TCP, options: { port } }, { inheritAppConfig });
      },
    });
    await app.app.startAllMicroservices();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port } });
    await client.connect();
  }

  const ask = (pattern: string): Promise<unknown> =>
    firstValueFrom(client.send<unknown>(pattern, {})).catch((error: unknown) => error);

  it('is denied by a guard because it carries no HTTP request, and the log says so once', async () => {
    await start(false);

    for (const pattern of ['guarded', 'required', 'guarded']) {
      expect(await ask(pattern)).toMatchObject({ status: 'error' });
    }
    expect(logs.errors.filter((line) => line.includes('the transport "rpc"'))).toHaveLength(1);
    expect(await ask('open')).toBe(false);
    expect((await app.browser().fetch('/page')).status).toBe(401);
  });

  it('is answered with the reason by LogtoExceptionFilter', async () => {
    await start(false);

    expect(await ask('filtered')).toEqual({
      status: 'error',
      code: 'context_not_supported',
      message: expect.stringContaining('cannot read a request of the transport "rpc"'),
    });
  });

  it('is denied with the reason if the microservice inherits the guards and filters of the app', async () => {
    await start(true, { providers: [{ provide: APP_GUARD, useClass: LogtoGuard }] });

    expect(await ask('open')).toMatchObject({ status: 'error', code: 'context_not_supported' });
    expect(await ask('guarded')).toMatchObject({ status: 'error', code: 'context_not_supported' });
    expect(await ask('public')).toBe('public');
  });

  it('that is an event is denied too', async () => {
    await start(false);
    client.emit({ event: 'happened' }, {});
    client.emit({ event: 'happened without a guard' }, {});
    await ask('open');
    await ask('guarded');

    expect(app.app.get(HybridController).events).toEqual(['open']);
  });
});
