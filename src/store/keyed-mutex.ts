/** Runs what has one key one after the other, in the order it was asked for. */
export class KeyedMutex {
  private readonly tails = new Map<string, Promise<unknown>>();

  async runExclusive<T>(key: string, fn: () => Promise<T>): Promise<T> {
    const previous = this.tails.get(key);
    // Nobody before: begin at once, not a turn of the event loop later.
    const turn = previous ? previous.then(fn, fn) : fn();
    this.tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.tails.get(key) === turn) this.tails.delete(key);
    }
  }
}
