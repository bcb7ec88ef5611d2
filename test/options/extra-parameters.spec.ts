import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoService } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';

@Controller()
class EnterController {
  constructor(private readonly logto: LogtoService) {}

  @Get('enter')
  async enter(@Req() request: Request, @Query('name') name: string): Promise<string> {
    return (await this.logto.signIn(request, { extraParams: { [name]: 'given' } })).href;
  }
}

const issuer = await startIssuer();
const app = await startApp({ issuer, controllers: [EnterController] });

describe('The `extraParams` of LogtoService.signIn()', () => {
  it.each(['response_mode', 'state', 'scope', 'redirect_uri', 'acr_values'])(
    'cannot contain %s, which the module sets',
    async (name) => {
      const page = await app.browser().fetch(`/enter?name=${name}`);

      expect([page.status, page.json(), page.headers.getSetCookie()]).toEqual([
        500,
        expect.objectContaining({ code: 'invalid_options', detail: expect.stringContaining(`\`${name}\``) }),
        [],
      ]);
    },
  );

  it('are sent to Logto otherwise', async () => {
    expect((await app.browser().fetch('/enter?name=theme')).text).toContain('theme=given');
  });
});
