import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionData } from 'express-session';
import { startApp, type TestApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { MemorySessionStore } from '../support/app/memory-session-store.js';
import { PagesController } from '../support/requests/pages.js';
import { sessionMounts } from '../support/app/session-mounts.js';
import { HealthModule } from './support/health.module.js';
import { probe, probes } from './support/probe.js';

const issuer = await startIssuer();

/** A store that does not answer while it hangs. */
class HangingStore extends MemorySessionStore {
  hangs = false;

  override get(key: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    if (!this.hangs) super.get(key, callback);
    else this.calls.push(`get ${key}`);
  }
}

const down = {
  http: 503,
  logto: { status: 'down', message: expect.stringContaining('The session store'), sessionStore: 'down' },
};

describe.each(sessionMounts)('The health of a session store, under a session that %s mounts,', (_, mount) => {
  let store: HangingStore;
  let app: TestApp;

  beforeEach(async () => {
    store = new HangingStore();
    const parts = { issuer, imports: [HealthModule], controllers: [PagesController] };
    app = await startApp({ ...parts, ...mount({ store }) });
  });

  it('is checked with one read and no write', async () => {
    expect(await probe(app)).toMatchObject({ http: 200, logto: { sessionStore: 'up' } });

    expect([store.count('get'), store.count('set'), store.count('touch')]).toEqual([1, 0, 0]);
  });

  it('is down while the store fails, and up once it answers', async () => {
    const browser = await app.signedInBrowser(issuer);
    store.shouldFail = () => true;
    expect(await probe(app)).toMatchObject(down);
    expect(leaks.logged.join('\n')).toContain('session_store_unavailable');

    store.shouldFail = () => false;
    expect(await probe(app)).toMatchObject({ http: 200, logto: { sessionStore: 'up' } });
    expect((await browser.open('/protected')).text).toBe('hello ada');
  });

  it('is down while the store hangs, which concurrent checks find out with one read', async () => {
    store.hangs = true;

    for (const result of [...(await probes(app)), await probe(app)]) expect(result).toMatchObject(down);
    expect(store.count('get')).toBe(1);
  });

  it('is down while the store is disconnected, because requests then have no session', async () => {
    await probe(app);
    store.emit('disconnect');
    expect(await probe(app)).toMatchObject(down);

    store.emit('connect');
    expect((await probe(app)).http).toBe(200);
  });
});
