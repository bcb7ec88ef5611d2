import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { runCommand } from '../../src/emulator/command/run-command.js';
import { CommandProcess } from './support/command-process.js';

/** Runs the command in a directory, and records what it prints. */
class Terminal {
  readonly output: string[] = [];
  readonly errors: string[] = [];
  exitCode: Promise<number> | undefined;
  private readonly ending = new AbortController();
  private waiting: (() => void)[] = [];

  constructor(readonly directory: string) {}

  run(...args: string[]): void {
    this.exitCode = runCommand(args, {
      directory: this.directory,
      print: (text) => this.add(this.output, text),
      printError: (text) => this.add(this.errors, text),
      signal: this.ending.signal,
    });
  }

  async write(name: string, content: unknown): Promise<void> {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(this.directory, name), text);
  }

  /** Waits for the `index`th text that is printed. */
  async printed(index = 0, where = this.output): Promise<string> {
    for (;;) {
      const text = where[index];
      if (text !== undefined) {
        return text;
      }
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  async interrupt(): Promise<number | undefined> {
    this.ending.abort();
    return this.exitCode;
  }

  private add(where: string[], text: string): void {
    where.push(text);
    this.waiting.splice(0).forEach((resolve) => resolve());
  }
}

const endpointIn = (text: string) => /http:\/\/localhost:\d+/.exec(text)?.[0] ?? '';

describe('The logto-emulator command', () => {
  let terminal: Terminal;

  beforeEach(async () => {
    terminal = new Terminal(await mkdtemp(join(tmpdir(), 'logto-emulator-')));
  });
  afterEach(async () => {
    await terminal.interrupt();
    await rm(terminal.directory, { recursive: true });
  });

  it('starts a demo tenant when there is no configuration file', async () => {
    terminal.run('--port', '0');
    const banner = await terminal.printed();
    expect(banner).toContain('not for production');
    expect(banner).toContain("appId: 'my-app'");
    expect(banner).toContain("appSecret: 'my-app-secret'");
    expect(banner).toContain('ada  (password: lovelace)');
    expect((await fetch(endpointIn(banner))).status).toBe(200);
  });

  it('stops with exit code 0 when it is interrupted', async () => {
    terminal.run('--port', '0');
    const endpoint = endpointIn(await terminal.printed());
    expect(await terminal.interrupt()).toBe(0);
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });

  it('reads logto-emulator.json in the directory', async () => {
    await terminal.write('logto-emulator.json', {
      $schema: 'anything',
      port: 0,
      applications: [{ id: 'bookshop' }],
      users: [{ username: 'mary' }],
    });
    terminal.run();
    const banner = await terminal.printed();
    expect(banner).toContain("appId: 'bookshop'");
    expect(banner).not.toContain('appSecret');
    expect(banner).toContain('mary');
    expect(banner).toContain('for the Management API: management  (secret: management-secret)');
  });

  it('restarts on the same port when the file changes', async () => {
    await terminal.write('emulator.json', { port: 0, applications: [{ id: 'before' }] });
    terminal.run('emulator.json');
    const first = await terminal.printed();
    await terminal.write('emulator.json', { port: 0, applications: [{ id: 'after' }] });
    const second = await terminal.printed(1);
    expect(second).toContain("appId: 'after'");
    expect(endpointIn(second)).toBe(endpointIn(first));
  });

  it('keeps running when the changed file is invalid', async () => {
    await terminal.write('emulator.json', { port: 0 });
    terminal.run('emulator.json');
    const endpoint = endpointIn(await terminal.printed());
    await terminal.write('emulator.json', { port: 0, user: [] });
    expect(await terminal.printed(0, terminal.errors)).toContain('`user`: there is no such option');
    expect((await fetch(endpoint)).status).toBe(200);
  });

  it('prints every request with --verbose', async () => {
    terminal.run('--port', '0', '--verbose');
    const endpoint = endpointIn(await terminal.printed());
    await fetch(`${endpoint}/oidc/jwks`);
    expect(await terminal.printed(1)).toBe('GET /oidc/jwks 200');
  });

  it.each([
    ['a missing file', 'nowhere.json', 'there is no such file'],
    ['invalid JSON', 'broken.json', 'cannot be read'],
    ['wrong options', 'wrong.json', '`users[0].username`: '],
  ])('reports %s, and exits with 1', async (_what, name, message) => {
    await terminal.write('broken.json', '{');
    await terminal.write('wrong.json', { users: [{}] });
    terminal.run(name);
    expect(await terminal.exitCode).toBe(1);
    expect(terminal.errors[0]).toContain(message);
  });

  it('prints its usage with --help', async () => {
    terminal.run('--help');
    expect(await terminal.exitCode).toBe(0);
    expect(terminal.output[0]).toContain('Usage: logto-emulator [config file] [options]');
  });

  it('refuses an unknown option', async () => {
    terminal.run('--prot', '1');
    expect(await terminal.exitCode).toBe(2);
    expect(terminal.errors[0]).toContain('--prot');
  });
});

describe('A configuration file that is a module', () => {
  const name = 'logto-emulator.config.mjs';
  const config = (username: string) =>
    [
      "import { defineLogtoEmulatorConfig } from 'nestjs-logto/emulator';",
      '',
      'export default defineLogtoEmulatorConfig({',
      '  port: 0,',
      "  applications: [{ id: 'bookshop' }],",
      `  users: [{ username: '${username}' }],`,
      '});',
      '',
    ].join('\n');
  const end = /^Configuration file: .*\.mjs$/;

  it('can import the package, and the command restarts when it changes', async () => {
    const command = await CommandProcess.run({ [name]: config('mary') });
    const first = await command.printed(end);
    expect(first).toContain("appId: 'bookshop'");
    expect(first).toContain('mary');
    // The command watches the file before it answers requests.
    expect((await fetch(endpointIn(first))).status).toBe(200);

    await command.write(name, config('anne'));
    const second = await command.printed(end);
    expect(second).toContain('anne');
    expect(second).not.toContain('mary');
    expect(endpointIn(second)).toBe(endpointIn(first));
    expect(await (await fetch(endpointIn(second))).text()).toContain('anne');
    expect(await command.interrupt()).toBe(0);
  });

  it('can export a function, which is called at each start', async () => {
    const command = await CommandProcess.run({
      [name]: "export default () => ({ port: 0, users: [{ username: 'mary' }] });\n",
    });
    expect(await command.printed(end)).toContain('mary');
    expect(await command.interrupt()).toBe(0);
  });
});
