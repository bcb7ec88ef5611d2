const RealDate = Date;
let ahead = 0;

const now = (): number => RealDate.now() + ahead;

/** Lets time pass for the app, its session store and the issuer alike: they all live in the spec's process. */
export function passTime(seconds: number): void {
  ahead += seconds * 1000;
  globalThis.Date = new Proxy(RealDate, {
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  });
}

/** Puts the clock back. */
export function restoreTime(): void {
  ahead = 0;
  globalThis.Date = RealDate;
}
