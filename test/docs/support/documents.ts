import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of this repository. */
export const repository = resolve(import.meta.dirname, '../../..');

/** The paths of the pages of the documentation. */
export const pages = filesBelow('docs', /\.md$/);

/** The content of a file. @param path its path in the repository */
export function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** The paths of the files in a folder whose path matches, without those of packages. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path, pattern);
      return pattern.test(path) ? [path] : [];
    })
    .toSorted();
}
