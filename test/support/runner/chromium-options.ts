import { existsSync } from 'node:fs';

/** The headless shell takes a third less CPU than the whole Chromium. */
const paths = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

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

/** How to start the Chromium of the machine, or the one in the environment variable `CHROMIUM_PATH`. */
export function chromiumOptions(): { executablePath: string; args: string[] } {
  const executablePath = process.env.CHROMIUM_PATH || paths.find((known) => existsSync(known));
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath ?? paths.join(' or ')}. Install the package "chromium-headless-shell" ` +
        '(Debian: apt-get install chromium-headless-shell), or set CHROMIUM_PATH to the path of a Chromium or Chrome.',
    );
  }
  return { executablePath, args };
}
