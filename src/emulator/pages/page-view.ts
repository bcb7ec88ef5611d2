import type { Texts } from './texts/english.js';

/** What the pages of a sign-in have in common. */
export interface PageView {
  texts: Texts;
  /** The name of the application. */
  application: string;
  /** The address that forms are posted to. */
  action: string;
  error?: string | undefined;
}
