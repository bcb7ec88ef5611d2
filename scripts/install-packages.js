// Installs what folders with a `package.json` of their own need besides the packages of the root, unless they have it:
// `node scripts/install-packages.js test/redis sample/cluster`.
import { exec } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const flags = [
  // Peers are the root's packages: two copies of Nest's in one app do not know each other's classes.
  '--legacy-peer-deps',
  // Otherwise what these packages depend on, another `jose` or `@types/node`, would hide the root's from the folder.
  '--install-strategy=nested',
  '--no-package-lock',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

async function install(folder) {
  const manifest = `${folder}/package.json`;
  const installed = `${folder}/node_modules/.installed-package.json`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(manifest, 'utf8')) return;
  console.log(`Installing the packages of ${folder}`);
  await promisify(exec)(`npm install ${flags.join(' ')}`, { cwd: folder });
  copyFileSync(manifest, installed);
}

// Two at a time: npm waits for the registry most of the time.
const folders = process.argv.slice(2);
const installNext = async () => {
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) await install(folder);
};
await Promise.all([installNext(), installNext()]);
