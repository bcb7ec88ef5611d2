import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { freePort } from '../support/app/free-port.js';
import { Browser } from '../support/requests/browser.js';
import { application, resource, startIssuer } from '../support/logto/issuer.js';
import { closeLater } from '../support/runner/leftovers.js';
import { until } from '../support/requests/waiting.js';

const program = 'sample/cluster/build/main.js';

describe('The sample with two instances', () => {
  let issuer: LogtoEmulator;
  let browser: Browser;
  let child: ChildProcessByStdio<Writable, Readable, null>;
  const instances = new Map<string, string>();
  let spans = '';

  beforeAll(async () => {
    issuer = await startIssuer({ rotation: 'every-use', refreshTokenReuseInterval: 0 });
    const port = await freePort();
    child = spawn(process.execPath, [program], {
      env: {
        ...process.env,
        PORT: String(port),
        LOGTO_ENDPOINT: issuer.endpoint,
        LOGTO_APP_ID: application.id,
        LOGTO_APP_SECRET: application.secret,
        LOGTO_RESOURCE: resource,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk: Buffer) => (spans += String(chunk)));
    closeLater({
      async close() {
        child.kill();
        if (child.exitCode === null) await once(child, 'exit');
      },
    });
    browser = new Browser(`http://localhost:${port}`);
    await printed('Stop');
  });

  /** Waits for a line, and reads the addresses of the instances from the lines before it. */
  async function printed(text: string): Promise<void> {
    for await (const line of createInterface(child.stdout)) {
      const [, name, url] = /Instance (\w)\s+(\S+),/.exec(line) ?? [];
      if (name !== undefined && url !== undefined) instances.set(name, url);
      if (line.includes(text)) break;
    }
    child.stdout.resume();
  }

  const answeringInstance = async (): Promise<string | undefined> =>
    /instance (\w)/.exec((await browser.open('/')).text)?.[1];

  it('alternates between its instances', async () => {
    const turns = [
      await answeringInstance(),
      await answeringInstance(),
      await answeringInstance(),
      await answeringInstance(),
    ];
    expect(new Set(turns)).toEqual(new Set(['A', 'B']));
    expect(turns.slice(2)).toEqual(turns.slice(0, 2));
  });

  it('finishes a sign-in on the other instance than the one it started on', async () => {
    const callback = await browser.authorize(issuer, 'ada', `${instances.get('A')}/logto/sign-in`);
    const { pathname, search } = new URL(callback);
    expect((await browser.open(`${instances.get('B')}${pathname}${search}`)).status).toBe(302);
    for (const url of instances.values()) expect((await browser.open(url)).text).toContain('Ada Lovelace');
  });

  it('prints the spans of that sign-in', async () => {
    await until(() => spans.includes('logto.callback'));
    expect(spans).toMatch(/ {2}A {2}[\da-f]{8} {2}logto\.sign_in {2}\d+ ms/);
    expect(spans).toMatch(
      / {2}B {2}([\da-f]{8}) {2}└ POST \/oidc\/token {2}\d+ ms[^]*\1 {2}logto\.callback {2}\d+ ms/,
    );
  });

  it('refreshes a token once for 20 requests to both instances', async () => {
    await browser.fetch('/clear-token', { method: 'POST' });
    issuer.resetRequests();
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.fetch('/token')));
    const tokens = answers.map((page) => page.json<{ instance: string; fingerprint: string }>());
    expect(new Set(tokens.map(({ instance }) => instance))).toEqual(new Set(['A', 'B']));
    expect(new Set(tokens.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(issuer.countRequests('token')).toBe(1);
  });

  it('passes the health checks on each instance', async () => {
    for (const url of instances.values()) {
      expect((await browser.fetch(`${url}/health/live`)).json()).toMatchObject({ status: 'ok' });
      expect((await browser.fetch(`${url}/health/ready`)).json()).toMatchObject({
        info: { logto: { status: 'up', provider: 'up', sessionStore: 'up' } },
      });
    }
  });

  it('rotates its encryption key while users stay signed in', async () => {
    const before = [...instances.values()];
    child.stdin.write('\n');
    await printed('Rotated');
    expect([...instances.values()].filter((url) => before.includes(url))).toEqual([]);
    for (const url of instances.values()) {
      expect((await browser.open(url)).text).toContain('Ada Lovelace');
      expect((await browser.fetch(`${url}/token`)).status).toBe(200);
    }
    await browser.fetch('/clear-token', { method: 'POST' });
    for (const url of instances.values()) expect((await browser.fetch(`${url}/token`)).status).toBe(200);
    // It starts four processes, one after the other.
  }, 120_000);

  it('says what to install when redis-server is missing', async () => {
    const path = await mkdtemp(join(tmpdir(), 'nestjs-logto-path-'));
    await symlink(process.execPath, join(path, 'node'));
    const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(process.execPath, [program], { env: { PATH: path } }, (error, stdout, stderr) =>
        resolve({ code: error?.code, output: stdout + stderr }),
      );
    });
    await rm(path, { recursive: true });
    expect(code).toBe(1);
    expect(output).toContain('sudo apt install redis-server');
    expect(output).toContain('REDIS_URL=redis://localhost:6379 npm run start:cluster');
  });
});
