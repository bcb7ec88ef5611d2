import { join } from 'node:path';

/** The package as it would be published, and the projects it was installed into. */
export interface Packed {
  /** Path of the tarball. */
  tarball: string;
  /** Every file in it. */
  files: string[];
  /** Folder of the projects, one for each folder in `fixtures`. */
  projects: string;
}

/** What `install.js` packed. */
export function packed(): Packed {
  const value = process.env['PACKED_NESTJS_LOGTO'];
  if (value === undefined) throw new Error('Nothing was packed. Run the specs with npm run test:package.');
  return JSON.parse(value) as Packed;
}

/** Path inside a project that the package is installed in. */
export function project(...path: string[]): string {
  return join(packed().projects, ...path);
}
