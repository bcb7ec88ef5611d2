import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

/** The instances of `AsyncLocalStorage` that the running spec file has used. */
const storages = new Set();
const run = AsyncLocalStorage.prototype.run;
AsyncLocalStorage.prototype.run = function (...args) {
  storages.add(this);
  return run.apply(this, args);
};

/** Closes what a spec file has started. Not in a hook: Jest calls no hooks of a file if `-t` skips all of its tests. */
export default class extends TestEnvironment {
  async teardown() {
    await this.global.endAllLeftovers?.();
    // Before Node 24 a storage that is still enabled slows down every promise of the files that run after this one.
    for (const storage of storages) storage.disable();
    storages.clear();
    await super.teardown();
  }
}
