import type { Request } from 'express';

/** Where the organization of a request is found: a route parameter, a header, or what a function says. */
export type OrganizationSource =
  { param: string } | { header: string } | ((request: Request) => string | undefined);
