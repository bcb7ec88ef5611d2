const RealDate = Date;
const realNow = Date.now;
let ahead = 0;

const now = (): number => realNow() + ahead;

/** Lets time pass for the app, its session store and the issuer alike: they all live in the spec's process. */
export function passTime(seconds: number): void {
  ahead += seconds * 1000;
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  });
}

/** Puts the clock back. */
export function restoreTime(): void {
  ahead = 0;
  RealDate.now = realNow;
  globalThis.Date = RealDate;
}
