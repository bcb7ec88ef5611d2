import type Provider from 'oidc-provider';

/**
 * Lets a browser session keep its id when a sign-in finishes. The provider gives it a new one each time, and a tab
 * that is on its way with the old cookie at that moment loses its sign-in.
 */
export function keepSessionIds(provider: Provider): void {
  Object.assign(provider.Session.prototype, {
    resetIdentifier(this: { touched: boolean }) {
      this.touched = true;
    },
  });
}
