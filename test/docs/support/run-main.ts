import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { freePort } from '../../support/app/free-port.js';
import { Browser } from '../../support/requests/browser.js';
import { application } from '../../support/logto/issuer.js';
import { leaks } from '../../support/runner/leaks.js';
import { closeLater } from '../../support/runner/leftovers.js';
import type { Page } from './page.js';

/** The parts of the reader's app besides the `main.ts` of a page. */
interface MainOptions {
  /** The Logto of the app. */
  issuer: LogtoEmulator;
  /** More options of `LogtoModule.forRoot`, as code. */
  options?: string;
  /** The reader's other files, by name. */
  files?: Record<string, string>;
  /** Modules among these files, by the name of their file. */
  modules?: Record<string, string>;
}

/** Runs a `main.ts` of a page with an `app.module.ts` that signs in through the issuer. @returns a browser at the app */
export async function runMain(
  page: Page,
  text: string,
  { issuer, options = '', files = {}, modules = {} }: MainOptions,
): Promise<Browser> {
  const port = await freePort();
  process.env.PORT = String(port);
  Logger.overrideLogger(leaks);
  const imports = Object.entries(modules).map(([file, name]) => `import { ${name} } from './${file}.js';`);
  const appModule = `
    import { Controller, Get, Module, Req } from '@nestjs/common';
    import { LogtoModule } from 'nestjs-logto';
    ${imports.join('\n')}

    @Controller()
    class PagesController {
      @Get('user') user(@Req() request: any) { return request.user; }
      @Get('admin') admin() { return 'admin'; }
    }

    @Module({
      controllers: [PagesController],
      imports: [
        LogtoModule.forRoot({
          endpoint: '${issuer.endpoint}',
          appId: '${application.id}',
          appSecret: '${application.secret}',
          baseUrl: 'http://localhost:${port}',
          ${options}
        }),
        ${Object.values(modules).join(', ')}
      ],
    })
    export class AppModule {}`;
  const { app } = await page.run<{ app: NestExpressApplication }>(text, {
    files: { ...files, 'app.module.ts': appModule },
    replace: { '\n}\nbootstrap();': '\n  return app;\n}\nexport const app = await bootstrap();' },
  });
  closeLater(app);
  return new Browser(`http://localhost:${port}`);
}
