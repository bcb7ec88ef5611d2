import type { LogtoOptionsProblem } from '../../logto.exceptions.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';

/** Placeholder values in the documentation of this package, Logto and express-session: lower case, without punctuation. */
const placeholders: ReadonlySet<string> = new Set([
  'alongrandomstring',
  'changeme',
  'changethis',
  'httpsyourtenantlogtoapp',
  'keyboardcat',
  'myappsecret',
  'mysecret',
  'mysecretkey',
  'password',
  'randomsessionkey',
  'replaceme',
  'secret',
  'secretkey',
  'sessionsecret',
  'supersecret',
  'yourapplicationid',
  'yourapplicationsecret',
  'yourappid',
  'yourappsecret',
  'yourclientsecret',
  'yourlogtoappid',
  'yourlogtoappsecret',
  'yoursecret',
  'yoursecretkey',
  'yoursessionsecret',
  'yoursigningkey',
  'yourwebhooksigningkey',
]);

/** How to generate a secret. */
export const ownSecretRemedy = 'Generate a long random string: `openssl rand -base64 32`';
const fromConsole = 'Copy it from Logto Console > Applications > your application';

/** Options that still have a placeholder of the documentation, in production. */
export function placeholderProblems(options: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (process.env.NODE_ENV !== 'production') return [];
  const { endpoint, appId, appSecret, cookieSecret, machineToMachine, session, webhooks } = options;
  const checked: [option: string, values: unknown, remedy: string][] = [
    [
      'endpoint',
      endpoint,
      'Use the endpoint shown in Logto Console (LOGTO_ENDPOINT with logtoOptionsFromEnv)',
    ],
    ['appId', appId, `${fromConsole} (LOGTO_APP_ID with logtoOptionsFromEnv)`],
    ['appSecret', appSecret, `${fromConsole} (LOGTO_APP_SECRET with logtoOptionsFromEnv)`],
    ['machineToMachine.appSecret', machineToMachine?.appSecret, fromConsole],
    ['webhooks.signingKey', webhooks?.signingKey, 'Copy it from Logto Console > Webhooks > your webhook'],
    ['cookieSecret', cookieSecret, ownSecretRemedy],
    ['session.secret', session?.secret, `${ownSecretRemedy} (LOGTO_SESSION_SECRET with logtoOptionsFromEnv)`],
  ];
  return checked
    .filter(([, values]) => stringsOf(values).some((value) => placeholders.has(normalized(value))))
    .map(([option, , remedy]) => ({
      option,
      remedy: `must not be a placeholder from the documentation, which everybody knows. ${remedy}.`,
    }));
}

/** The strings of an option that takes one or a list. */
export function stringsOf(values: unknown): string[] {
  return [values].flat().filter((value): value is string => typeof value === 'string');
}

function normalized(value: string): string {
  return value.toLowerCase().replace(/[^a-z\d]/g, '');
}
