/**
 * The classes that a class injects, by its constructor and by `@Inject()` on its properties.
 *
 * Undocumented: the keys of the metadata of both. This can go when the `DiscoveryService` of Nest returns what a provider
 * injects.
 */
export function injectedBy(type: unknown): unknown[] {
  if (typeof type !== 'function') return [];
  const parameters = (Reflect.getMetadata('design:paramtypes', type) ?? []) as unknown[];
  const properties = (Reflect.getMetadata('self:properties_metadata', type) ?? []) as { type: unknown }[];
  return [...parameters, ...properties.map((property) => property.type)];
}
