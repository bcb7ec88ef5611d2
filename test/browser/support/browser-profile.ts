import { expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A browser profile without cookies that records the errors of the console. */
export class BrowserProfile {
  private readonly errors: string[] = [];

  private constructor(private readonly context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(`${message.location().url}: ${message.text()}`);
    });
    context.on('weberror', (error) => this.errors.push(String(error.error())));
  }

  static async create(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserProfile> {
    // A page must not be examined halfway through a transition, where its colours are those of neither state.
    return new BrowserProfile(
      await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options }),
    );
  }

  newTab(): Promise<Page> {
    return this.context.newPage();
  }

  /** Deletes the cookies whose name matches, as if they had expired. */
  clearCookies(name: RegExp): Promise<void> {
    return this.context.clearCookies({ name });
  }

  /** Signs in with a password on the page of Logto. */
  async signIn(page: Page, username: string, password: string): Promise<void> {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Enters the code of the second factor on the page of Logto. */
  async enterCode(page: Page, code = '123456'): Promise<void> {
    await page.getByLabel('Code', { exact: true }).fill(code);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
  }

  /**
   * Closes the profile, and fails if the console has errors.
   * @param expected statuses that the spec causes on purpose: the console has an error for each of them
   */
  async close(...expected: number[]): Promise<void> {
    await this.context.close();
    const known = expected.map((status) => `responded with a status of ${status} `);
    expect(this.errors.filter((error) => !known.some((part) => error.includes(part)))).toEqual([]);
  }
}
