import { Injectable } from '@nestjs/common';

/** Makes code wait until a spec releases it. */
export class Latch {
  private markReached: () => void = () => undefined;
  private open: () => void = () => undefined;
  /** Settles when something waits. */
  readonly reached = new Promise<void>((resolve) => (this.markReached = resolve));
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  /** Waits for {@link release}. */
  async wait(): Promise<void> {
    this.markReached();
    await this.opened;
  }

  /** Ends every wait, including later ones. */
  release(): void {
    this.open();
  }
}

/** Latches by name, so that a spec decides how long a handler takes. */
@Injectable()
export class Latches {
  private readonly latches = new Map<string, Latch>();

  create(name: string): Latch {
    const latch = new Latch();
    this.latches.set(name, latch);
    return latch;
  }

  find(name: string): Latch | undefined {
    return this.latches.get(name);
  }
}
