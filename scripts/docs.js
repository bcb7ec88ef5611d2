// Writes the reference of the options, of the error codes and of the events, whose texts are the comments in the source:
// `node scripts/docs.js`. With `--check` it only says which page is stale. A second argument is another root folder.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'oxfmt';
import { errorsPage } from './docs/errors-page.js';
import { eventsPage } from './docs/events-page.js';
import { linkAll } from './docs/links.js';
import { optionsPage } from './docs/options-page.js';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [root = fileURLToPath(new URL('..', import.meta.url))] = positionals;

const options = optionsPage(root);
const errors = errorsPage(root);
const events = eventsPage(root);
const pages = [options, errors, events];
const problems = pages.flatMap((page) => page.problems);
const style = JSON.parse(readFileSync(new URL('../.oxfmtrc.json', import.meta.url), 'utf8'));

for (const page of pages) {
  const path = join(root, page.path);
  const { code: text } = await format(path, linkAll(page, pages), style);
  if (values.check) {
    if (text !== readIfThere(path)) problems.push(`${page.path} is stale: run \`npm run docs\``);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
