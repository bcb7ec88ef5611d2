/** Options of {@link LogtoInstrumentation}. */
export interface LogtoInstrumentationConfig {
  /** Whether it records from the start. Default: `true`. */
  enabled?: boolean;
  /**
   * Whether spans have the user's id at Logto as `user.id`. It is personal data: check where your spans are stored, and for
   * how long. Default: `false`.
   */
  recordUserId?: boolean;
}
