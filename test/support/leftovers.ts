/**
 * What a test that failed has left running: it is ended with its file, or it would keep the runner from ending and
 * hide the failure behind a time limit.
 */
class Leftovers {
  private readonly running = new Set<() => Promise<void>>();

  /** Remembers how something is ended. @returns how to end it, for whoever started it */
  ends(close: () => Promise<void>): () => Promise<void> {
    const once = (): Promise<void> => (this.running.delete(once) ? close() : Promise.resolve());
    this.running.add(once);
    return once;
  }

  async end(): Promise<void> {
    await Promise.all([...this.running].map((close) => close()));
  }
}

/** The leftovers of the running spec file. */
export const leftovers = new Leftovers();
