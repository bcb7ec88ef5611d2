import { describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { LogtoGuard, RequireOrganization, RequireRoles, RequireScopes, WithLogto } from 'nestjs-logto';
import { startApp } from '../support/app/app.js';
import { Browser } from '../support/requests/browser.js';
import { fromTlsProxy, registerHttpsApplication } from '../support/app/https-application.js';
import { application, resource, startIssuer, things } from '../support/logto/issuer.js';
import { Page } from './support/page.js';

const page = await Page.open('docs/troubleshooting.md');
const issuer = await startIssuer();

@Controller()
@UseGuards(LogtoGuard)
class RefusingController {
  @Get('roles')
  @RequireRoles('manager')
  roles(): void {}

  @Get('scopes')
  @RequireScopes('write:things', { resource })
  scopes(): void {}

  @Get('organizations/:id')
  @RequireOrganization({ param: 'id' })
  organization(): void {}

  @Get('token')
  @WithLogto({ getAccessToken: true, resource })
  token(): void {}
}

/** The first sentence of a message, in the words that the page has to have. */
const firstSentence = (detail: string): string => /^[^]*?\.(?= |$)/.exec(detail)?.[0] ?? detail;

/** The page quotes these words of a response. */
function expectQuoted(words: string, response: string): void {
  expect(response).toContain(words);
  expect(page.text).toContain(words);
}

describe('Troubleshooting quotes the message of', () => {
  const start = (logto: object, controllers = [RefusingController]) =>
    startApp({ issuer, controllers, logto });

  async function messageAt(logto: object, path: string, username = 'bob'): Promise<[string, string]> {
    const browser = await (await start(logto)).signedInBrowser(issuer, username);
    const { code, detail } = (await browser.fetch(path)).json<{ code: string; detail: string }>();
    return [code, firstSentence(detail)];
  }

  it.each([
    [
      'missing_refresh_token',
      '/token',
      { resources: [resource], prompt: 'login', includeReservedScopes: false, scopes: ['openid'] },
    ],
    ['missing_scope_roles', '/roles', {}],
    ['insufficient_scope', '/scopes', { resources: [resource], scopes: ['read:things', 'write:things'] }],
    ['insufficient_role', '/roles', { scopes: ['roles'] }],
    ['organization_required', '/organizations/org_1', { scopes: ['urn:logto:scope:organizations'] }],
  ])('%s', async (code, path, logto) => {
    const [seen, sentence] = await messageAt(logto, path);
    expect(seen).toBe(code);
    expect(page.text).toContain(code);
    // The name of a scope or a role is the reader's.
    expect(page.text).toContain(sentence.replace('manager', 'admin').replace('write:things', 'read:things'));
  });

  it('sign_in_session.not_found', async () => {
    const app = await start({});
    const refused = await app.browser().open(await app.browser().authorize(issuer));
    expect(refused.text).toContain('sign_in_session.not_found');
    expectQuoted('This sign-in is no longer in progress in this browser', refused.text);
  });

  it('session_cookie_insecure', async () => {
    const app = await start(registerHttpsApplication(issuer));
    const browser = app.browser();
    const { location = '' } = await browser.open('/logto/sign-in', fromTlsProxy);
    const callback = await issuer.signIn(location, { username: 'ada', cookies: browser.cookies });
    const refused = await browser.open(`${callback.pathname}${callback.search}`);
    expect(refused.text).toContain('session_cookie_insecure');
    expectQuoted('and this request did not arrive over HTTPS', refused.text);
  });

  it('a redirect URI that is not registered', async () => {
    const strict = await startIssuer({
      applications: [{ ...application, redirectUris: ['http://localhost:3000/logto/sign-in-callback'] }],
      resources: [things],
    });
    const app = await startApp({ issuer: strict, controllers: [RefusingController] });
    const { location = '' } = await app.browser().open('/logto/sign-in');
    const refused = await new Browser(strict.endpoint).fetch(location);
    expect(refused.status).toBe(400);
    const { code, error_description } = refused.json<{ code: string; error_description: string }>();
    expect(code).toBe('oidc.invalid_redirect_uri');
    expect(page.text).toContain(code);
    expect(page.text).toContain(error_description);
  });
});
