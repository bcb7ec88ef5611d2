/** Shares calls that are under way: a second call with the same key gets the result of the first. */
export class SingleFlight {
  private readonly underWay = new Map<string, Promise<unknown>>();

  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const running = this.underWay.get(key) as Promise<T> | undefined;
    if (running) return running;
    const started = call().finally(() => {
      if (this.underWay.get(key) === started) this.underWay.delete(key);
    });
    this.underWay.set(key, started);
    return started;
  }

  /** Stops sharing the call that is under way: from here on the key starts a new one. */
  release(key: string): void {
    this.underWay.delete(key);
  }
}
