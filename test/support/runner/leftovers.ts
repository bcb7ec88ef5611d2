/** Something that a spec starts. */
interface Closable {
  close(): unknown;
}

/**
 * Ends what specs start: after the test that has started it, or after the file if it was started outside of a test.
 * A test that fails leaves nothing running that would keep the runner from ending.
 */
class Leftovers {
  private readonly ofFile = new Set<() => Promise<void>>();
  private readonly ofTest = new Set<() => Promise<void>>();
  private current = this.ofFile;

  /** Remembers how something is ended. @returns how to end it earlier */
  ends(close: () => Promise<void>): () => Promise<void> {
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
    await endAll(this.ofTest);
  }

  async end(): Promise<void> {
    await endAll(this.ofFile);
  }
}

/** The newest first, since an app may still need its provider. */
async function endAll(running: Set<() => Promise<void>>): Promise<void> {
  for (const close of [...running].toReversed()) await close();
}

/** The leftovers of the running spec file. */
export const leftovers = new Leftovers();

/** Closes what a spec has started after its test, or after the file. @returns what was started */
export function closeLater<T extends Closable>(started: T): T {
  leftovers.ends(async () => {
    await started.close();
  });
  return started;
}
