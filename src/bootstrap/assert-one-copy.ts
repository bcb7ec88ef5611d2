import type { ModulesContainer } from '@nestjs/core';
import { isOfOtherCopy, loadedTwice } from '../nest/package-copy.js';

/**
 * Fails if an app uses classes of another copy of this package, whose guards would not find LogtoModule.
 * @throws LogtoSetupException `package_loaded_twice`
 */
export function assertOneCopy(modules: ModulesContainer): void {
  for (const { metatype, injectables, providers } of modules.values()) {
    const enhancers = [...injectables.values(), ...providers.values()].map((wrapper) => wrapper.metatype);
    const foreign = [metatype, ...enhancers].find((type) => isOfOtherCopy(type));
    if (foreign) throw loadedTwice('LogtoModule', foreign.name, foreign);
  }
}
