import { Injectable } from '@nestjs/common';

/** The smallest skew that can be measured, in milliseconds: the header has whole seconds, and a response takes time. */
const minSkew = 5000;

/** What to do about a skew. */
export const clockRemedy =
  'Synchronize both with NTP. `http.clockTolerance` (in seconds) compensates for a small difference.';

/** Measures the clock skew between Logto and this server, by the `Date` header of responses (RFC 9110 section 6.6.1). */
@Injectable()
export class ProviderClock {
  /** How far Logto's clock is ahead, in milliseconds. */
  private skew = 0;
  private measured = false;

  /** Whether a response had a date to measure by. */
  get isMeasured(): boolean {
    return this.measured;
  }

  /**
   * Measures the skew by a response.
   * @param sentAt when the request was sent, in milliseconds since 1970
   */
  measure(headers: Headers, sentAt: number): void {
    const date = Date.parse(headers.get('date') ?? '');
    const receivedAt = Date.now();
    // A cached response has an old date, and a slow one an inaccurate date.
    if (Number.isNaN(date) || headers.has('age') || receivedAt - sentAt > minSkew) return;
    // The header has no fraction of a second: half of one on average.
    this.measured = true;
    this.skew = date + 500 - (sentAt + receivedAt) / 2;
  }

  /** The time at Logto, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.skew;
  }

  /**
   * Describes the skew and its remedy, for the operator.
   * @param tolerance the skew that is tolerated, in seconds
   * @returns `undefined` if the skew is not larger than that
   */
  describeSkew(tolerance = 0): string | undefined {
    const difference = this.difference(tolerance);
    return difference && `${difference}, by the Date header of Logto's responses. ${clockRemedy}`;
  }

  /** The skew in words, without its remedy. @returns as {@link describeSkew} */
  difference(tolerance: number): string | undefined {
    const skew = Math.abs(this.skew);
    if (skew < Math.max(minSkew, tolerance * 1000)) return undefined;
    const where = this.skew < 0 ? 'ahead of' : 'behind';
    return `This server's clock is ${formatDuration(skew)} ${where} Logto's`;
  }
}

function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
