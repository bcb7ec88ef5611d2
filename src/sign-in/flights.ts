import { BoundedMap } from '../session/bounded-map.js';

/** How long the outcome of a flight is remembered, in milliseconds. */
const remembered = 60_000;

/** Runs what has one key only once, and lets everyone who asks for it within a minute have the one outcome. */
export class Flights<T> {
  private readonly flights = new BoundedMap<string, Promise<T>>(10_000);

  /** @returns the outcome, and whether it is somebody else's */
  async run(key: string, fn: () => Promise<T>): Promise<{ outcome: T; follows: boolean }> {
    const underWay = this.flights.get(key);
    if (underWay) return { outcome: await underWay, follows: true };

    const flight = fn();
    this.flights.set(key, flight);
    try {
      return { outcome: await flight, follows: false };
    } finally {
      setTimeout(() => this.flights.delete(key), remembered).unref();
    }
  }
}
