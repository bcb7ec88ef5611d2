/** Shares pending calls: a second call with the same key gets the result of the first. */
export class SingleFlight {
  private readonly pending = new Map<string, Promise<unknown>>();

  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const shared = this.pending.get(key) as Promise<T> | undefined;
    if (shared) return shared;
    const started = call().finally(() => {
      if (this.pending.get(key) === started) this.pending.delete(key);
    });
    this.pending.set(key, started);
    return started;
  }

  /** Stops sharing the pending call: the next call with the key runs. */
  release(key: string): void {
    this.pending.delete(key);
  }
}
