import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../support/runner/chromium-path.js';

/** No telemetry, no GPU, and no sandbox, which does not work as root in containers. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the Chromium of the machine, headless. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args });
}
