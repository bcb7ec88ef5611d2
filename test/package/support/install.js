import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const npm = (parameters, cwd) => promisify(execFile)('npm', parameters, { cwd, maxBuffer: 64 * 1024 * 1024 });
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** The source of the app that the projects share. They compile it for different versions of Nest and module formats. */
const sharedApp = 'app';

/** An app with its own tests, which the folders `testing-…` share. They run the tests with different runners. */
const testedApp = 'tested-app';

/**
 * Packs the package, which `npm run test:package` has built, and installs the tarball into a copy of each project.
 * With the environment variable `TARBALL`, it installs that tarball instead: a release tests the same file that it
 * publishes.
 */
export default async function install() {
  const projects = await mkdtemp(join(tmpdir(), 'nestjs-logto-package-'));
  const { tarball, files } = process.env.TARBALL ? await given(process.env.TARBALL) : await pack(projects);
  process.env.PACKED_NESTJS_LOGTO = JSON.stringify({
    tarball,
    projects,
    files,
  });

  const remaining = (await readdir(fixtures)).filter((name) => ![sharedApp, testedApp].includes(name));
  const installNext = async () => {
    for (let name = remaining.shift(); name !== undefined; name = remaining.shift())
      await installInto(join(projects, name), join(fixtures, name), tarball);
  };
  await Promise.all([installNext(), installNext()]);
}

async function pack(folder) {
  const parameters = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await npm(parameters, repository);
  const [{ filename, files }] = JSON.parse(stdout);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

/** A tarball that was packed before. `npm pack --dry-run` lists its files. */
async function given(path) {
  const tarball = resolve(repository, path);
  const { stdout } = await npm(['pack', '--json', '--dry-run', tarball], repository);
  const [{ files }] = JSON.parse(stdout);
  return { tarball, files: files.map(({ path: file }) => file) };
}

async function installInto(folder, fixture, tarball) {
  await mkdir(folder);
  await cp(fixture, folder, { recursive: true });
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((found) => found.isDirectory()))
    await copySources(join(folder, entry.name));
  const manifestPath = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8'));
  manifest.dependencies['nestjs-logto'] = `file:${tarball}`;
  await writeFile(manifestPath, JSON.stringify(manifest, null, 2));
  await npm(['install', '--no-audit', '--no-fund', '--prefer-offline'], folder);
}

/** Copies the sources that the folders of the projects share. */
async function copySources(folder) {
  const isTested = basename(folder).startsWith('testing-');
  for (const part of isTested ? ['src', 'test'] : ['src'])
    await cp(join(fixtures, isTested ? testedApp : sharedApp, part), join(folder, part), { recursive: true });
}
