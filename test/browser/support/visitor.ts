import { expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A person with a browser of their own: no cookies, and an ear for what the console complains about. */
export class Visitor {
  private readonly complaints: string[] = [];

  private constructor(private readonly context: BrowserContext) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.location().url}: ${message.text()}`);
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
  }

  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    return new Visitor(await browser.newContext({ locale: 'en-GB', ...options }));
  }

  newTab(): Promise<Page> {
    return this.context.newPage();
  }

  /** Loses one cookie, as at the end of its life. */
  forget(cookie: RegExp): Promise<void> {
    return this.context.clearCookies({ name: cookie });
  }

  /** Types name and password on Logto's page. */
  async signIn(page: Page, username: string, password: string): Promise<void> {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /**
   * Ends the visit.
   * @param expected statuses of pages that were refused on purpose: browsers complain about them on the console
   */
  async leave(...expected: number[]): Promise<void> {
    await this.context.close();
    const known = expected.map((status) => `responded with a status of ${status} `);
    expect(this.complaints.filter((complaint) => !known.some((part) => complaint.includes(part)))).toEqual(
      [],
    );
  }
}
