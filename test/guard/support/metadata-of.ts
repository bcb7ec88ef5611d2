import type { TestApp } from '../../support/app/app.js';

export const wellKnown = '/.well-known/oauth-protected-resource';

/** The protected resource metadata that an API serves. */
export const metadataOf = async (app: TestApp, path = wellKnown): Promise<Record<string, unknown>> =>
  (await app.browser().fetch(path)).json();
