/** Smaller differences say nothing: the header counts in seconds, and the answer takes its time. In milliseconds. */
const noticeable = 5000;

/** How far Logto's clock and this server's differ, by the `Date` header of Logto's answers (RFC 9110 section 6.6.1). */
export class ProviderClock {
  /** How far Logto's clock is ahead, in milliseconds. */
  private ahead = 0;

  /** @param sentAt when the request was sent, in milliseconds since 1970 */
  learn(headers: Headers, sentAt: number): void {
    const date = Date.parse(headers.get('date') ?? '');
    const receivedAt = Date.now();
    // A cache tells its own time, and what took long tells none.
    if (Number.isNaN(date) || headers.has('age') || receivedAt - sentAt > noticeable) return;
    // The header leaves out the fraction of the second.
    this.ahead = date + 500 - (sentAt + receivedAt) / 2;
  }

  /** The time at Logto, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /**
   * A sentence that names the difference and its remedy.
   * @param tolerated a difference that is not worth the sentence, in seconds
   */
  difference(tolerated = 0): string | undefined {
    const difference = Math.abs(this.ahead);
    if (difference < Math.max(noticeable, tolerated * 1000)) return undefined;
    const where = this.ahead < 0 ? 'ahead of' : 'behind';
    return (
      `This server's clock is ${spelled(difference)} ${where} Logto's, by the Date header of Logto's answers. ` +
      'Synchronise both by NTP. `http.clockTolerance` (in seconds) makes up for a small difference.'
    );
  }
}

function spelled(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
