/** How long after the response to the webhook a request may still start and be answered as signed in, in milliseconds. */
const grace = 2000;

/** A suspension of a person at Logto. */
export class Suspension {
  /** When an instance answered the webhook with 204. */
  deliveredAt: number | undefined;
  /** Whether the person may sign in again. */
  isOver = false;

  /** @param cookie the cookies of the session that has to end */
  constructor(readonly cookie: string) {}

  /** Whether the session has to be over for a request that started then. */
  hasEndedSession(startedAt: number): boolean {
    return this.deliveredAt !== undefined && startedAt > this.deliveredAt + grace;
  }
}
