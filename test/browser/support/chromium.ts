import { chromium, type Browser } from 'playwright-core';
import { chromiumOptions } from '../../support/runner/chromium-options.js';

/** Starts the Chromium of the machine, headless. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions());
}
