import { describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards, type Type } from '@nestjs/common';
import { LogtoGuard } from 'nestjs-logto';
import { Page } from '../docs/support/page.js';
import { startApp } from '../support/app/app.js';
import { admin, startIssuer } from '../support/logto/issuer.js';

const page = await Page.open('docs/how-to/casl.md', 'test/package');
const tenant = {
  roles: [admin, { name: 'editor', scopes: [] }],
  users: [
    { id: 'ada', username: 'ada' },
    { id: 'bob', username: 'bob', roles: ['admin'] },
    { id: 'eve', username: 'eve', roles: ['editor'] },
  ],
};
const issuer = await startIssuer(tenant);
const files = {
  'ability-of.ts': page.code('export function abilityOf'),
  'ability.guard.ts': page.code('class AbilityGuard'),
};

describe('Abilities of CASL', () => {
  it('follow from the user’s id and roles', async () => {
    const { ArticlesController } = await page.run<{ ArticlesController: Type }>('class ArticlesController', {
      files,
    });
    const { ArchiveController } = await page.run<{ ArchiveController: Type }>('class ArchiveController', {
      files,
    });
    const app = await startApp({
      issuer,
      controllers: [ArticlesController, ArchiveController],
      logto: { scopes: ['roles'] },
    });
    const statuses = async (username?: string): Promise<number[]> => {
      const browser = username ? await app.signedInBrowser(issuer, username) : app.browser();
      const seen: number[] = [];
      for (const [method, path] of [
        ['PATCH', '/articles/first'],
        ['PATCH', '/articles/second'],
        ['DELETE', '/archive'],
      ] as const)
        seen.push((await browser.fetch(path, { method, headers: { origin: app.baseUrl } })).status);
      return seen;
    };

    expect(await statuses()).toEqual([401, 401, 401]);
    expect(await statuses('ada')).toEqual([200, 403, 403]);
    expect(await statuses('bob')).toEqual([200, 200, 200]);
  });

  it('can use roles that are only in userinfo', async () => {
    const excluding = await startIssuer({ ...tenant, idTokenClaims: { roles: false } });
    const { EditorGuard } = await page.run<{ EditorGuard: Type }>('class EditorGuard');
    @Controller('edit')
    class EditController {
      @Get()
      @UseGuards(LogtoGuard, EditorGuard)
      edit(): string {
        return 'edited';
      }
    }
    const app = await startApp({
      issuer: excluding,
      controllers: [EditController],
      logto: { scopes: ['roles'] },
    });
    expect((await (await app.signedInBrowser(excluding, 'eve')).fetch('/edit')).text).toBe('edited');
    expect((await (await app.signedInBrowser(excluding, 'ada')).fetch('/edit')).status).toBe(403);
  });
});
