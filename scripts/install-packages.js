// Installs what folders with a `package.json` of their own need besides the packages of the root, unless they have it:
// `node scripts/install-packages.js test/redis sample/cluster`.
import { execSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';

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

for (const folder of process.argv.slice(2)) {
  const manifest = `${folder}/package.json`;
  const installed = `${folder}/node_modules/.installed-package.json`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(manifest, 'utf8')) continue;
  console.log(`Installing the packages of ${folder}`);
  execSync(`npm install ${flags.join(' ')}`, { cwd: folder, stdio: 'inherit' });
  copyFileSync(manifest, installed);
}
