/** A value for each handler of each class, computed once: reading metadata at every request is expensive. */
export class HandlerCache<T> {
  private readonly values = new WeakMap<object, WeakMap<object, T>>();

  get(type: object, handler: object, compute: () => T): T {
    let ofType = this.values.get(type);
    if (!ofType) this.values.set(type, (ofType = new WeakMap()));
    let value = ofType.get(handler);
    if (value === undefined) ofType.set(handler, (value = compute()));
    return value;
  }
}
