import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { startApp, type TestApp } from '../support/app/app.js';
import { freePort } from '../support/app/free-port.js';
import { application, startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { PagesController } from '../support/requests/pages.js';
import { Page } from './support/page.js';

const page = await Page.open('docs/how-to/rotate-secrets.md');
const issuer = await startIssuer();

const oldSecret = 'the-old-session-secret-of-the-page';
const newSecret = 'the-new-session-secret-of-the-page';

/** Starts the app of the page on a port, with these secrets in its environment. */
async function start(port: number, secret: string, other?: string): Promise<TestApp> {
  leaks.addOptions({ session: { secret: [secret, other ?? secret] } });
  Object.assign(process.env, {
    LOGTO_ENDPOINT: issuer.endpoint,
    LOGTO_APP_ID: application.id,
    LOGTO_APP_SECRET: application.secret,
    LOGTO_BASE_URL: `http://localhost:${port}`,
    LOGTO_SESSION_SECRET: secret,
  });
  if (other === undefined) delete process.env.OTHER_SESSION_SECRET;
  else process.env.OTHER_SESSION_SECRET = other;
  const { AppModule } = await page.run<{ AppModule: Type }>('OTHER_SESSION_SECRET');
  return startApp({
    issuer,
    port,
    controllers: [PagesController],
    register: () => ({ module: AppModule }),
  });
}

describe('After a change of the session secret', () => {
  it('a sign-in in progress finishes while the old secret is listed, and not without it', async () => {
    const port = await freePort();
    const before = await start(port, oldSecret);
    const [browser, late] = [before.browser(), before.browser()];
    const callback = await browser.authorize(issuer);
    const lateCallback = await late.authorize(issuer);
    await before.close();

    const both = await start(port, newSecret, oldSecret);
    expect((await browser.open(callback)).status).toBe(302);
    expect((await browser.open('/protected')).text).toBe('hello ada');
    await both.close();

    await start(port, newSecret);
    const refused = await late.open(lateCallback);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('sign_in_session.invalid');
  });

  it('a sign-in that starts on an instance of step 2 finishes on one of step 1', async () => {
    const port = await freePort();
    const second = await start(port, newSecret, oldSecret);
    const browser = second.browser();
    const callback = await browser.authorize(issuer);
    await second.close();

    await start(port, oldSecret, newSecret);
    expect((await browser.open(callback)).status).toBe(302);
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });
});

describe('After a change of Logto’s signing keys', () => {
  it('sign-ins work without a restart, even with another algorithm', async () => {
    const app = await start(await freePort(), newSecret);
    const browser = await app.signedInBrowser(issuer);
    await issuer.rotateSigningKeys({ algorithm: 'RS256' });
    expect((await browser.open('/protected')).text).toBe('hello ada');
    expect((await (await app.signedInBrowser(issuer)).open('/protected')).text).toBe('hello ada');
  });
});
