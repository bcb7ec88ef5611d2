import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { formatMessage } from 'publint/utils';
import { publint } from 'publint';
import { packed, project } from './support/packed.js';
import { run } from './support/run.js';

interface Manifest {
  homepage: string;
  bugs: string;
  author: string;
  license: string;
  repository: { type: string; url: string };
  publishConfig: Record<string, unknown>;
  type: string;
  engines: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  typesVersions: Record<string, Record<string, string[]>>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
}

const installed = project('nest-12/node_modules/nestjs-logto');
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;

describe('The tarball', () => {
  it('contains the built package and its documents, and nothing else', () => {
    const { files } = packed();
    expect(files).toEqual(
      expect.arrayContaining([
        'AGENTS.md',
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'llms.txt',
        'package.json',
      ]),
    );
    const others = files.filter(
      (file) =>
        !/^(?:LICENSE|README\.md|CHANGELOG\.md|AGENTS\.md|llms\.txt|docs\/(?:[\w-]+\/)?[\w-]+\.md|package\.json)$/.test(
          file,
        ),
    );
    expect(others.filter((file) => !/^dist\/[\w./-]+\.(?:js|d\.ts|schema\.json)$/.test(file))).toEqual([]);
    expect(others.filter((file) => /\.spec\.|^dist\/(?:src|test|sample)\//.test(file))).toEqual([]);
  });

  it('contains the documents that its README links to', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const linked = [...readme.matchAll(/\/blob\/main\/(docs\/[^)#]+)/g)].map(([, path]) => path);
    expect(linked).not.toEqual([]);
    expect(packed().files).toEqual(expect.arrayContaining(linked));
  });

  it('has the types of every file next to it', () => {
    const { files } = packed();
    const scripts = files.filter((file) => file.endsWith('.js')).map((file) => file.replace(/\.js$/, ''));
    const types = files.filter((file) => file.endsWith('.d.ts')).map((file) => file.replace(/\.d\.ts$/, ''));
    expect(scripts.toSorted()).toEqual(types.toSorted());
  });

  it('contains every file that an entry point or a command names', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const named = [...targets, ...Object.values(manifest.bin)].map((target) => target.replace(/^\.\//, ''));
    expect(packed().files).toEqual(expect.arrayContaining(named));
  });

  it('passes publint', async () => {
    const { tarball } = packed();
    const { messages, pkg } = await publint({
      strict: true,
      pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('has types that resolve in every module setting that supports ES modules', async () => {
    const parameters = [packed().tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'];
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const { stdout, exitCode } = await run('npx', ['--no-install', 'attw', ...parameters], cwd);
    expect({ exitCode, problems: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, problems: '' });
    expect(stdout).toContain('nestjs-logto/testing');
    expect(stdout).toContain('nestjs-logto/opentelemetry');
  });
});

describe('The manifest', () => {
  it('exports the documented entry points', () => {
    expect(Object.keys(manifest.exports)).toEqual([
      '.',
      './browser',
      './emulator',
      './management',
      './opentelemetry',
      './swagger',
      './terminus',
      './testing',
      './logto-emulator.schema.json',
      './package.json',
    ]);
  });

  it('says where the source, the issues and the license are, as provenance requires', () => {
    const address = 'https://github.com/nestjs-logto/nestjs-logto';
    expect(manifest).toMatchObject({
      homepage: `${address}#readme`,
      bugs: `${address}/issues`,
      repository: { type: 'git', url: `git+${address}.git` },
      license: 'MIT',
      author: 'The nestjs-logto authors',
      publishConfig: { access: 'public', provenance: true },
    });
  });

  it('exports ES modules only', () => {
    expect(manifest.type).toBe('module');
    expect(JSON.stringify(manifest.exports)).not.toMatch(/require|\.cjs/);
  });

  it('runs on Node 20.19, on 22.12, and from 24 on', () => {
    expect(manifest.engines).toEqual({ node: '^20.19.0 || ^22.12.0 || >=24.0.0' });
  });

  it('supports Nest 11 and 12, and requires other packages only where they are used', () => {
    const nest = '^11.1.6 || ^12.0.0';
    expect(manifest.peerDependencies).toMatchObject({
      '@nestjs/common': nest,
      '@nestjs/core': nest,
      '@nestjs/platform-express': nest,
      '@nestjs/swagger': '^11.0.0 || ^12.0.0',
      '@nestjs/terminus': '^11.0.0 || ^12.0.0',
      '@nestjs/testing': nest,
    });
    expect(manifest.peerDependenciesMeta).toEqual({
      '@logto/api': { optional: true },
      '@nestjs/platform-express': { optional: true },
      '@nestjs/swagger': { optional: true },
      '@nestjs/terminus': { optional: true },
      '@nestjs/testing': { optional: true },
      '@opentelemetry/api': { optional: true },
      'oidc-provider': { optional: true },
    });
  });

  it('depends only on libraries for protocols, sessions and caches', () => {
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual([
      '@types/express',
      '@types/express-session',
      'cookie-parser',
      'express-session',
      'jose',
      'lru-cache',
      'openid-client',
      'tough-cookie',
      'zod',
    ]);
  });

  it('repeats the entry points for compilers that do not read exports', () => {
    const subpaths = Object.entries(manifest.exports).flatMap(([name, target]) =>
      typeof target === 'object' && name !== '.' ? [[name.slice(2), [target['types']]]] : [],
    );
    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(subpaths) });
  });
});

describe('The workflows', () => {
  const folder = fileURLToPath(new URL('../../.github/workflows', import.meta.url));
  const workflows = readdirSync(folder).map(
    (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
  );

  it('exist for the gate and for a release', () => {
    expect(workflows.map(([name]) => name)).toEqual(['ci.yml', 'release.yml']);
  });

  it.each(workflows)('%s pins every action to a commit, and names its version', (_name, text) => {
    const actions = [...text.matchAll(/\buses: *(.+)$/gm)].map(([, action]) => action);
    expect(actions).not.toEqual([]);
    expect(
      actions.filter((action) => !/^[\w-]+\/[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? '')),
    ).toEqual([]);
  });

  it.each(workflows)('%s has read permissions only, except for the job that publishes', (_name, text) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    const [beforePublish = ''] = text.split(/^ {2}publish:$/m);
    expect(beforePublish).not.toMatch(/: write\b/);
  });

  it('publish the tarball that was tested', () => {
    const [, release = ''] = workflows.find(([name]) => name === 'release.yml') ?? [];
    expect(release.match(/run: npm pack\b/g)).toHaveLength(1);
    expect(release).toContain('TARBALL=$(ls packed/nestjs-logto-*.tgz) npm run test:package');
    expect(release).toMatch(/needs: \[gate, test\]/);
    expect(release).toMatch(
      /npm publish "\$\(ls \.\/packed\/nestjs-logto-\*\.tgz\)" --access public --provenance/,
    );
  });
});
