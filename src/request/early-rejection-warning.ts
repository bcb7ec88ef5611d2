/** A request that was rejected before it reached its route of the module. */
export interface EarlyRejection {
  /** What the request was: `a webhook`. */
  readonly request: string;
  readonly status: number;
  /** What has not happened: `no session was ended`. */
  readonly consequence: string;
  /** The path of the route. */
  readonly path: string;
}

/** The warning about an early rejection: who may have caused it, and how to let the request through. */
export function earlyRejectionWarning({ request, status, consequence, path }: EarlyRejection): string {
  return (
    'A middleware or guard of this app (CSRF protection, rate limit, authentication) rejected ' +
    `${request} with ${status}, so ${consequence}. Let \`POST ${path}\` through. For a global guard, pass the decorator ` +
    'that makes a route public: `authRoutesDecorators: [Public()]`.'
  );
}
