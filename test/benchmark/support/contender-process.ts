import type { ContenderFunctions } from '../contender.js';
import type { ContenderName } from '../contenders.js';
import type { ProviderFunctions } from '../provider.js';
import { freePort } from '../../support/app/free-port.js';
import { Browser } from '../../support/requests/browser.js';
import { Remote } from './remote.js';
import type { ContenderSetup } from './setup.js';

/** A running contender, in its own process. */
export class ContenderProcess {
  private constructor(
    readonly name: ContenderName,
    readonly baseUrl: string,
    readonly remote: Remote<ContenderFunctions>,
  ) {}

  /** Starts it, and waits until it listens. @param execArgv further flags for Node */
  static async start(
    name: ContenderName,
    setup: Omit<ContenderSetup, 'port' | 'baseUrl'>,
    execArgv: readonly string[] = [],
  ): Promise<ContenderProcess> {
    const port = await freePort();
    const baseUrl = `http://localhost:${port}`;
    const remote = Remote.start<ContenderFunctions>(
      new URL('../contender.js', import.meta.url),
      [JSON.stringify({ name, port, baseUrl, ...setup })],
      { execArgv: ['--expose-gc', '--no-warnings', ...execArgv] },
    );
    await remote.call('readyAfter');
    return new ContenderProcess(name, baseUrl, remote);
  }

  /** A complete sign-in, from a link to the first page. */
  async signIn(provider: Remote<ProviderFunctions>): Promise<Browser> {
    const browser = new Browser(this.baseUrl);
    const { location, status, text } = await browser.open('/logto/sign-in');
    if (location === undefined) throw new Error(`${this.name}: the sign-in answered ${status}: ${text}`);
    const callback = await browser.open(await provider.call('signIn', location));
    if (callback.status !== 302)
      throw new Error(`${this.name}: the callback answered ${callback.status}: ${callback.text}`);
    const page = await browser.open('/me');
    if (page.status !== 200)
      throw new Error(`${this.name}: the first page answered ${page.status}: ${page.text}`);
    return browser;
  }
}
