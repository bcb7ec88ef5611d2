/** Something that a spec starts, such as an app. */
interface Closable {
  close(): unknown;
}

/**
 * Closes what specs start: after the test that has started it, or after the file if it was started outside of a test.
 * Otherwise a failed test would leave something running that keeps the runner from exiting.
 */
class Leftovers {
  private readonly ofFile = new Set<() => Promise<void>>();
  private readonly ofTest = new Set<() => Promise<void>>();
  private current = this.ofFile;

  /** @param close called after the test or file. @returns a function that calls it earlier */
  add(close: () => Promise<void>): () => Promise<void> {
    const owner = this.current;
    const once = (): Promise<void> => (owner.delete(once) ? close() : Promise.resolve());
    owner.add(once);
    return once;
  }

  beginTest(): void {
    this.current = this.ofTest;
  }

  async endTest(): Promise<void> {
    this.current = this.ofFile;
    await closeAll(this.ofTest);
  }

  async end(): Promise<void> {
    await closeAll(this.ofFile);
  }
}

/** The newest first, since an app may still need its provider. */
async function closeAll(running: Set<() => Promise<void>>): Promise<void> {
  for (const close of [...running].toReversed()) await close();
}

/** The leftovers of the running spec file. */
export const leftovers = new Leftovers();

/** Closes something that a spec has started, after the test or file. @returns what it gets */
export function closeLater<T extends Closable>(started: T): T {
  leftovers.add(async () => {
    await started.close();
  });
  return started;
}
