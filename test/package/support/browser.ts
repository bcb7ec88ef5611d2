import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../support/runner/chromium-path.js';

/** Starts the Chromium of the machine, headless. */
export async function launchChromium(): Promise<Browser> {
  // The sandbox does not work as root in containers.
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
}
