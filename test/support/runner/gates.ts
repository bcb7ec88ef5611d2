import { Injectable } from '@nestjs/common';

/** A place where a request waits until the spec lets it go on. */
export class Gate {
  private arrive: () => void = () => undefined;
  private open: () => void = () => undefined;
  /** Settles when somebody has come to the gate. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  /** Waits at the gate. */
  async pass(): Promise<void> {
    this.arrive();
    await this.opened;
  }

  /** Lets everybody through, now and later. */
  release(): void {
    this.open();
  }
}

/** Gates by name, for handlers that are to be slow exactly as long as a spec wants. */
@Injectable()
export class Gates {
  private readonly gates = new Map<string, Gate>();

  create(name: string): Gate {
    const gate = new Gate();
    this.gates.set(name, gate);
    return gate;
  }

  find(name: string): Gate | undefined {
    return this.gates.get(name);
  }
}
