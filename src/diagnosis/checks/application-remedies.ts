import type { ProbeAnswer } from '../probe/probe-answer.js';

/** Where an application is set up. */
export const consoleApplication = 'Logto Console > Applications > your application';

/** What to do if Logto fails. */
export const retryRemedy = "Try again. If it fails again, check Logto's logs.";

/** What to do if Logto does not know the application. */
export function unknownApplicationRemedy({ endpoint }: { endpoint: string }): string {
  return (
    `Set \`appId\` to the App ID in ${consoleApplication}. The application has to be one of the tenant at ` +
    `${endpoint}.`
  );
}

/** What to do if Logto does not authenticate the application. */
export function secretRemedy(hasSecret: boolean): string {
  return hasSecret
    ? `Set \`appSecret\` to the App secret in ${consoleApplication}. A single-page or native application has none: ` +
        'leave it out.'
    : `This application has a secret: set \`appSecret\` to the App secret in ${consoleApplication}.`;
}

/** What to do if Logto rejects a request for another reason. */
export function requestRemedy({ status, error, description = '' }: ProbeAnswer): string {
  if (status === undefined || status >= 500) return retryRemedy;
  if (error === 'unauthorized_client' || /\b(response|grant)_?\s?type\b/.test(description)) {
    return (
      'Users cannot sign in with an application of this type. Create one of the type traditional web in Logto ' +
      'Console > Applications, and use its `appId` and `appSecret`.'
    );
  }
  return "Check what Logto's response names: `scopes`, `prompt`, `signInOptions`.";
}
