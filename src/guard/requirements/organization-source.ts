import type { Request } from 'express';

/** Where to find the organization of a request: in a route parameter or a header, or by a function. */
export type OrganizationSource =
  | { param: string }
  | { header: string }
  | ((request: Request) => string | undefined);
