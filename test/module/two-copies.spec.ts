import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Logger, Module, UseGuards, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import * as ours from 'nestjs-logto';
import request from 'supertest';
import { leaks } from '../support/runner/leaks.js';
import { validOptions, watchLogs } from '../support/app/options.js';
import { closeLater } from '../support/runner/leftovers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As in a monorepo whose packages each install `nestjs-logto`. */
describe('An app with two copies of the package', () => {
  let folder: string;
  let theirs: typeof ours;

  beforeAll(async () => {
    await mkdir(join(root, 'build'), { recursive: true });
    folder = await mkdtemp(join(root, 'build/second-copy-'));
    await cp(join(root, 'src'), folder, { recursive: true });
    theirs = (await import(join(folder, 'index.ts'))) as typeof ours;
    Logger.overrideLogger(leaks);
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function start(metadata: ModuleMetadata): Promise<ReturnType<typeof request>> {
    @Module(metadata)
    class AppModule {}
    const app = closeLater(await NestFactory.create(AppModule, { abortOnError: false, logger: leaks }));
    await app.init();
    return request(app.getHttpServer());
  }

  const namesBoth = (what: string): object => ({
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

  it('is warned before Nest reports that it cannot find LogtoService', async () => {
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
    ['a guard that extends one', 'OwnGuard', () => guardedBy(class OwnGuard extends theirs.LogtoApiGuard {})],
    [
      'a global guard',
      'LogtoGuard',
      () => ({ providers: [{ provide: APP_GUARD, useClass: theirs.LogtoGuard }] }),
    ],
    ['a second module', 'LogtoModule', () => ({ imports: [theirs.LogtoModule.forRoot(validOptions)] })],
  ])('fails at startup with both paths when %s comes from the other copy', async (_, what, metadata) => {
    const { imports = [], ...rest } = metadata();

    await expect(
      start({ imports: [ours.LogtoModule.forRoot(validOptions), ...imports], ...rest }),
    ).rejects.toMatchObject(namesBoth(what));
  });

  it('fails at the request when @AuthUser() comes from the other copy', async () => {
    const { AuthUser } = theirs;
    @Controller()
    class UserController {
      @Get()
      get(@AuthUser() user: object): object {
        return user;
      }
    }
    const http = await start({
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

  it('works as two apps in one process, each with its own copy', async () => {
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
      const http = await start(user(copy));
      await http.get('/').expect(200, { isAuthenticated: false });
      await http.get('/guarded').expect(401);
    }
  });
});
