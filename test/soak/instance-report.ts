/** What an instance says of itself. */
export interface InstanceReport {
  /** Bytes. */
  rss: number;
  /** Bytes, right after a garbage collection. */
  heapUsed: number;
  /** Promises that were rejected with nobody listening. */
  unhandled: number;
}
