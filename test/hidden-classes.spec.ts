import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { LogtoModule } from 'nestjs-logto';
import { freePort, startApp } from './support/app.js';
import { leaks } from './support/leaks.js';
import { leftovers } from './support/leftovers.js';

/** V8 gives each object that got another prototype hidden classes of its own, up to Node 22. */
const spares = Number.parseInt(process.versions.v8, 10) < 13;

setFlagsFromString('--allow-natives-syntax');
const hasHiddenClass = runInThisContext('(object) => %HasFastProperties(object)') as (
  object: object,
) => boolean;
hasHiddenClass({});
setFlagsFromString('--no-allow-natives-syntax');

@Controller()
class ShapesController {
  @Get()
  shapes(@Req() request: Request, @Res({ passthrough: true }) response: Response): boolean[] {
    return [hasHiddenClass(request), hasHiddenClass(response)];
  }
}

describe('Hidden classes of requests and answers', () => {
  it(
    spares ? 'are spared before a handler runs' : 'are left to V8, which makes the same for all of them',
    async () => {
      const app = await startApp({
        issuer: { endpoint: 'http://localhost:1' },
        controllers: [ShapesController],
      });
      const page = await app.browser().open('/');
      expect(JSON.parse(page.text)).toEqual([!spares, !spares]);
      await app.close();
    },
  );

  describe('in an app that main.ts makes', () => {
    const seen: { keys: string[]; shapes: boolean[] }[] = [];
    const look: RequestHandler = (request, response, next) => {
      const symbols = [request, response].flatMap((object) => Object.getOwnPropertySymbols(object));
      seen.push({
        keys: [...Object.keys(request), ...Object.keys(response), ...symbols.map(String)],
        shapes: [hasHiddenClass(request), hasHiddenClass(response)],
      });
      next();
    };

    beforeAll(async () => {
      const port = await freePort();
      const baseUrl = `http://localhost:${port}`;
      @Module({
        // Without sessions, which put what they need on the request.
        imports: [LogtoModule.forRoot({ endpoint: 'http://localhost:1', api: { audience: 'https://api' } })],
        controllers: [ShapesController],
      })
      class AppModule {}
      const instance = express();
      instance.use(look);
      const app = await NestFactory.create<NestExpressApplication>(AppModule, new ExpressAdapter(instance), {
        logger: leaks,
      });
      const close = leftovers.ends(() => app.close());
      app.use(look);
      await app.listen(port);
      await fetch(baseUrl);
      await close();
    });

    it('are spared before what main.ts mounts', () => {
      expect(seen).toHaveLength(2);
      expect(seen[0]?.shapes).toEqual([true, true]);
      expect(seen[1]?.shapes).toEqual([!spares, !spares]);
    });

    it('leave nothing on the request or its answer, nor change the order of what is there', () => {
      expect(seen[1]?.keys).toEqual(seen[0]?.keys);
    });
  });
});
