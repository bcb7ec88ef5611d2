import { existsSync } from 'node:fs';

/** The headless shell takes a third less CPU than the whole Chromium. */
const paths = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** The path of the Chromium of the machine, or the one in the environment variable `CHROMIUM_PATH`. */
export function chromiumPath(): string {
  const path = process.env.CHROMIUM_PATH || paths.find((known) => existsSync(known));
  if (path === undefined || !existsSync(path)) {
    throw new Error(
      `There is no Chromium at ${path ?? paths.join(' or ')}. Install the package "chromium-headless-shell" ` +
        '(Debian: apt-get install chromium-headless-shell), or set CHROMIUM_PATH to the path of a Chromium or Chrome.',
    );
  }
  return path;
}
