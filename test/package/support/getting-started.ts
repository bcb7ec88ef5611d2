import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = readFileSync(
  fileURLToPath(new URL('../../../docs/getting-started.md', import.meta.url)),
  'utf8',
);

/** The blocks of the page on getting started in a language. */
export function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code = '']) => code,
  );
}

/** The last block of the page that contains a text: the page repeats a file when it is complete. */
export function block(language: string, text: string): string {
  const found = blocksOf(language).findLast((code) => code.includes(text));
  if (found === undefined) throw new Error(`The page has no block with "${text}".`);
  return found;
}
