import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Starts the Chromium of the machine, headless. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install the package "chromium" (Debian: apt-get install chromium), ` +
        'or set CHROMIUM_PATH to the path of a Chromium or Chrome.',
    );
  }
  // The sandbox does not work as root in containers.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
}
