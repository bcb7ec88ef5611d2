import { Controller, type ControllerOptions, type Type } from '@nestjs/common';

/**
 * Creates a controller of the module, named `Logto…`, which stays out of OpenAPI documents. Each module gets its own class,
 * since decorators write to the class: two apps in one process may have different paths and decorators.
 *
 * Undocumented: the metadata of `ApiExcludeController()`, written without a dependency on @nestjs/swagger. This can go when
 * Nest has such a mark.
 * @param base the class with the routes
 * @param decorators those of the app, `authRoutesDecorators`
 */
export function moduleController(
  base: Type,
  options: ControllerOptions,
  decorators: readonly ClassDecorator[] = [],
): Type {
  const type = class extends base {};
  Object.defineProperty(type, 'name', { value: `Logto${base.name}` });
  Controller(options)(type);
  Reflect.defineMetadata('swagger/apiExcludeController', [true], type);
  for (const decorate of decorators) decorate(type);
  return type;
}
