import type { Theme } from './page-colors.js';
import type { Texts } from '../texts/english.js';

/** What the pages of a sign-in have in common. */
export interface PageView {
  texts: Texts;
  /** The name of the application. */
  application: string;
  /** The URL that forms are posted to. */
  action: string;
  /** The colours that the application asks for. Default: those of the browser. */
  theme?: Theme | undefined;
  error?: string | undefined;
}
