import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { Page } from '../docs/support/page.js';
import { startApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { graphqlModule } from './support/graphql-module.js';
import { postQuery } from './support/post-query.js';

const page = await Page.open('docs/how-to/get-the-user.md', 'test/graphql');
const issuer = await startIssuer();

describe('The resolver of the page "Get the user"', () => {
  it('gets the user', async () => {
    const { MeResolver } = await page.run<{ MeResolver: Type }>('class MeResolver');
    const app = await startApp({ issuer, imports: [graphqlModule()], providers: [MeResolver] });
    const browser = await app.signedInBrowser(issuer);

    expect((await postQuery(browser, '{ me }')).json()).toEqual({ data: { me: 'ada' } });
    expect((await postQuery(app.browser(), '{ me }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});
