import { TestEnvironment } from 'jest-environment-node';

/** Ends what a spec file has started even if `-t` skips all of its tests: Jest calls no hooks of such a file. */
export default class extends TestEnvironment {
  async teardown() {
    await this.global.endLeftovers?.();
    await super.teardown();
  }
}
