import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps. */
const debounceTime = 100;

/** Calls `onChange` after each change of a file, one call at a time. */
export function watchFile(path: string, onChange: () => Promise<void>): { close: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let queue = Promise.resolve();
  // The directory: editors replace the file, and a watcher on the file would follow the old one.
  const watcher = watch(dirname(path), (_event, name) => {
    if (name === basename(path)) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        queue = queue.then(onChange);
      }, debounceTime);
    }
  });
  return {
    close: async () => {
      clearTimeout(timer);
      watcher.close();
      await queue;
    },
  };
}
