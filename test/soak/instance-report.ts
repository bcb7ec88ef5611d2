/** The state of an instance. */
export interface InstanceReport {
  /** Bytes. */
  rss: number;
  /** Bytes, right after a garbage collection. */
  heapUsed: number;
  /** Unhandled rejections so far. */
  unhandled: number;
}
