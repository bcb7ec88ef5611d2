import type { TokenTarget } from 'nestjs-logto';
import type { LogtoEmulator, LogtoEmulatorOptions } from 'nestjs-logto/emulator';
import type { TestApp } from '../../support/app/app.js';
import type { Browser } from '../../support/requests/browser.js';
import { startIssuer } from '../../support/logto/issuer.js';
import { machine, otherResource, startTokenApp, tokenTenant } from '../../support/app/token-app.js';

/** Starts a tenant in which ada is an administrator and a member of org_1, and bob is a member of org_2. */
export function startAccessIssuer(options: LogtoEmulatorOptions = {}): Promise<LogtoEmulator> {
  return startIssuer({
    ...tokenTenant,
    roles: [
      ...(tokenTenant.roles ?? []),
      { name: 'reader', scopes: [{ resource: otherResource, name: 'read:others' }] },
    ],
    users: [
      {
        id: 'ada',
        username: 'ada',
        password: 'ada-password',
        name: 'Ada Lovelace',
        roles: ['admin', 'reader'],
        organizations: [{ id: 'org_1', roles: ['member'] }],
      },
      { id: 'bob', username: 'bob', password: 'bob-password', organizations: [{ id: 'org_2' }] },
    ],
    ...options,
  });
}

/** Gets tokens from Logto: for users, by a web application, and for a machine-to-machine application. */
export class RealTokens {
  private readonly browsers = new Map<string, Browser>();

  private constructor(
    private readonly issuer: LogtoEmulator,
    private readonly web: TestApp,
  ) {}

  static async from(issuer: LogtoEmulator): Promise<RealTokens> {
    return new RealTokens(issuer, await startTokenApp({ issuer }));
  }

  /** The user's access token for `target`, or the opaque userinfo token without a target. */
  async ofUser(username: string, target: TokenTarget = {}): Promise<string> {
    const query = new URLSearchParams(target as Record<string, string>).toString();
    return (await this.ask<{ token: string }>(username, `/token?${query}`)).token;
  }

  /** The user's ID token and refresh token. */
  storedTokens(username: string): Promise<{ idToken: string; refreshToken: string }> {
    return this.ask(username, '/stored-tokens');
  }

  /** An access token of the machine, by client credentials. */
  async ofMachine(parameters: Record<string, string>): Promise<string> {
    const response = await fetch(`${this.issuer.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${machine.appId}:${machine.appSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Forgets the sessions, so that the next tokens come from new sign-ins. */
  forgetSessions(): void {
    this.browsers.clear();
  }

  close(): Promise<void> {
    return this.web.close();
  }

  private async ask<T>(username: string, path: string): Promise<T> {
    let browser = this.browsers.get(username);
    if (!browser) {
      browser = this.web.browser();
      this.browsers.set(username, browser);
      await browser.signIn(this.issuer, username);
    }
    return (await browser.fetch(path)).json<T>();
  }
}
