import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Starts the Chromium of the machine, headless. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install the package "chromium" (Debian: apt-get install chromium), ` +
        'or say in CHROMIUM_PATH where a Chromium or Chrome is.',
    );
  }
  // Root gets no sandbox in containers.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
}
