import type Provider from 'oidc-provider';

/**
 * Keeps the id of a browser session when a sign-in finishes. The provider changes it each time, so a parallel
 * request of another tab, which still sends the old cookie, would lose its sign-in.
 */
export function keepSessionIds(provider: Provider): void {
  Object.assign(provider.Session.prototype, {
    resetIdentifier(this: { touched: boolean }) {
      this.touched = true;
    },
  });
}
