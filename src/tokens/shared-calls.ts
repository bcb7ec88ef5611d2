/** Calls that are under way: whoever asks for the same one meanwhile waits for it, and shares what comes of it. */
export class SharedCalls {
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

  /** Lets whoever asks from here on have a call of their own. */
  release(key: string): void {
    this.underWay.delete(key);
  }
}
