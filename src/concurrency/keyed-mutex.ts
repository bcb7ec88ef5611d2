/** A mutex for each key: calls with the same key run one after the other, in the order of the calls. */
export class KeyedMutex {
  private readonly tails = new Map<string, Promise<unknown>>();

  async runExclusive<T>(key: string, fn: () => Promise<T>): Promise<T> {
    const previous = this.tails.get(key);
    // If the key is free, starts at once instead of one turn of the event loop later.
    const turn = previous ? previous.then(fn, fn) : fn();
    this.tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.tails.get(key) === turn) this.tails.delete(key);
    }
  }
}
