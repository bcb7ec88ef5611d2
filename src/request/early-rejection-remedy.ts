/** What rejects a request before it reaches a route of the module, and how to let it pass. */
export function earlyRejectionRemedy(path: string): string {
  return (
    'by a middleware (CSRF protection, a rate limit, authentication) or a guard of this app. ' +
    `Let POST ${path} pass there. For a global guard, pass the decorator that makes a route public: ` +
    '`authRoutesDecorators: [Public()]`.'
  );
}
