import { TestEnvironment } from 'jest-environment-node';

/** Ends what a spec file has started, in no hook: Jest calls none of a file if `-t` skips all of its tests. */
export default class extends TestEnvironment {
  async teardown() {
    await this.global.endLeftovers?.();
    await super.teardown();
  }
}
