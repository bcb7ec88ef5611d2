import { describe, expect, it } from '@jest/globals';
import { Page } from '../docs/support/page.js';
import { startIssuer } from '../support/logto/issuer.js';
import { Browser } from '../support/requests/browser.js';
import { startProgram } from '../docs/support/start-program.js';

const page = await Page.open('docs/how-to/get-the-user.md');
const issuer = await startIssuer();

describe('nestjs-cls', () => {
  it('has the user in a service without request scope, for parallel requests of several users', async () => {
    const ada = await startProgram(issuer, {
      'current-user.module.ts': page.code('class CurrentUserModule'),
      'app.module.ts': `
        import { Controller, Get, Module, UseGuards } from '@nestjs/common';
        import { LogtoGuard, LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
        import { CurrentUser, CurrentUserModule } from './current-user.module.js';
        @Controller('who') class WhoController {
          constructor(private readonly user: CurrentUser) {}
          @Get('anyone') anyone() { return String(this.user.id); }
          @Get() @UseGuards(LogtoGuard) who() { return String(this.user.id); }
        }
        @Module({
          controllers: [WhoController],
          imports: [CurrentUserModule, LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv() })],
        }) export class AppModule {}`,
    });
    const { url } = await ada.fetch('/who/anyone');
    const bob = new Browser(new URL('/', url).origin);
    await ada.signIn(issuer);
    await bob.signIn(issuer, 'bob');

    const pages = await Promise.all([ada.fetch('/who'), bob.fetch('/who'), ada.fetch('/who/anyone')]);
    expect(pages.map(({ text }) => text)).toEqual(['ada', 'bob', 'ada']);
    bob.cookies.clear();
    expect((await bob.fetch('/who/anyone')).text).toBe('undefined');
  });
});
