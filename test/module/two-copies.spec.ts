import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Logger,
  Module,
  UseGuards,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import * as ours from 'nestjs-logto';
import request from 'supertest';
import { leaks } from '../support/leaks.js';
import { validOptions, watchLogs } from '../support/options.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As a monorepo has it whose packages bring a `nestjs-logto` each. */
describe('An app with two copies of the package', () => {
  let folder: string;
  let theirs: typeof ours;
  const apps: INestApplication[] = [];

  beforeAll(async () => {
    await mkdir(join(root, 'build'), { recursive: true });
    folder = await mkdtemp(join(root, 'build/second-copy-'));
    await cp(join(root, 'src'), folder, { recursive: true });
    theirs = (await import(join(folder, 'index.ts'))) as typeof ours;
    Logger.overrideLogger(leaks);
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function started(metadata: ModuleMetadata): Promise<ReturnType<typeof request>> {
    @Module(metadata)
    class AppModule {}
    const app = await NestFactory.create(AppModule, { abortOnError: false, logger: leaks });
    apps.push(app);
    await app.init();
    return request(app.getHttpServer());
  }

  const bothNamed = (what: string): object => ({
    code: 'package_loaded_twice',
    message: expect.stringMatching(
      new RegExp(
        `LogtoModule comes from ${join(root, 'src')} and ${what} from ${folder}[^]*npm ls nestjs-logto`,
      ),
    ),
  });

  const guardedBy = (guard: typeof ours.LogtoGuard): ModuleMetadata => {
    @Controller()
    @UseGuards(guard)
    class GuardedController {
      @Get()
      get(): string {
        return 'guarded';
      }
    }
    return { controllers: [GuardedController] };
  };

  it('is told so before Nest says that it cannot find a LogtoService', async () => {
    const logs = watchLogs();
    ours.LogtoModule.forRoot(validOptions);
    ours.LogtoModule.forRoot(validOptions);

    const warnings = logs().filter((line) => line.includes('copies of nestjs-logto'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(join(root, 'src'));
    expect(warnings[0]).toContain(folder);
  });

  it.each<[string, string, () => ModuleMetadata]>([
    ['a guard', 'LogtoGuard', () => guardedBy(theirs.LogtoGuard)],
    ['a guard of its own kind', 'OwnGuard', () => guardedBy(class OwnGuard extends theirs.LogtoApiGuard {})],
    [
      'the guard of the whole app',
      'LogtoGuard',
      () => ({ providers: [{ provide: APP_GUARD, useClass: theirs.LogtoGuard }] }),
    ],
    ['a second module', 'LogtoModule', () => ({ imports: [theirs.LogtoModule.forRoot(validOptions)] })],
  ])('is told so at start, with both paths, when %s is of the other', async (_, what, metadata) => {
    const { imports = [], ...rest } = metadata();

    await expect(
      started({ imports: [ours.LogtoModule.forRoot(validOptions), ...imports], ...rest }),
    ).rejects.toMatchObject(bothNamed(what));
  });

  it('is told so at the request when @AuthUser() is of the other', async () => {
    const { AuthUser } = theirs;
    @Controller()
    class UserController {
      @Get()
      get(@AuthUser() user: object): object {
        return user;
      }
    }
    const http = await started({
      imports: [ours.LogtoModule.forRoot(validOptions)],
      controllers: [UserController],
    });

    const { body } = await http.get('/').expect(500);
    expect(body).toMatchObject({
      code: 'package_loaded_twice',
      detail: expect.stringMatching(/@AuthUser\(\)/),
    });
    expect(body).toMatchObject({ detail: expect.stringContaining(folder) });
  });

  it('may be two apps of one process, each with its own', async () => {
    const user = (copy: typeof ours): ModuleMetadata => {
      const { AuthUser } = copy;
      @Controller()
      class UserController {
        @Get()
        get(@AuthUser() given: object): object {
          return given;
        }

        @Get('guarded')
        @UseGuards(copy.LogtoGuard)
        guarded(): string {
          return 'guarded';
        }
      }
      return { imports: [copy.LogtoModule.forRoot(validOptions)], controllers: [UserController] };
    };

    for (const copy of [ours, theirs]) {
      const http = await started(user(copy));
      await http.get('/').expect(200, { isAuthenticated: false });
      await http.get('/guarded').expect(401);
    }
  });
});
