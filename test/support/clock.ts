const realNow = Date.now;

/** Lets time pass for the app, its session store and the issuer alike: they all live in the spec's process. */
export function passTime(seconds: number): void {
  const before = Date.now;
  Date.now = () => before() + seconds * 1000;
}

/** Puts the clock back. */
export function restoreTime(): void {
  Date.now = realNow;
}
