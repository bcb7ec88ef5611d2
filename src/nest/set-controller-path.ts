import { Controller, VERSION_NEUTRAL, type Type } from '@nestjs/common';

/**
 * Sets the path of a controller once the options are known, which with `forRootAsync` is after the module was defined.
 * Without a path it has no routes. Call it in the controller's constructor.
 *
 * Undocumented: Nest creates controllers before it reads their paths, and an empty list of paths maps no routes. This can
 * go when a module can register routes at startup.
 */
export function setControllerPath(controller: Type, path: string | string[] | undefined): void {
  Controller({ path: path ?? [], version: VERSION_NEUTRAL })(controller);
}
