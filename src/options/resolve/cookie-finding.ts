/** What is wrong with an attribute of a session cookie. */
export interface CookieFinding {
  /** What is wrong and what to do about it. */
  remedy: string;
  /** Whether the app must not start: express-session throws, or nobody can sign in. */
  isFatal: boolean;
}

/** A problem that keeps the app from starting. */
export const fatal = (remedy: string): CookieFinding => ({ remedy, isFatal: true });

/** A problem that is logged at startup. */
export const warning = (remedy: string): CookieFinding => ({ remedy, isFatal: false });
