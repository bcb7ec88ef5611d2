const RealDate = Date;
const realNow = Date.now;
let ahead = 0;

const now = (): number => realNow() + ahead;

/** Advances the clock for the app, its session store and the issuer, which run in the process of the spec. */
export function passTime(seconds: number): void {
  ahead += seconds * 1000;
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  });
}

/** Sets the clock back to the real time. */
export function restoreTime(): void {
  ahead = 0;
  RealDate.now = realNow;
  globalThis.Date = RealDate;
}
