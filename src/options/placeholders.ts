import type { LogtoOptionsProblem } from '../logto.exceptions.js';
import type { LogtoModuleOptions } from './logto-module-options.js';

/** Placeholder values in the documentation of this package, Logto and express-session, without punctuation. */
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
]);

/** Fewest characters of a secret that nobody guesses. */
const shortest = 16;

const ownSecret = 'Use a long random string of your own: `openssl rand -base64 32`';
const fromConsole = 'Copy it from Logto Console > Applications > your application';

/** Placeholders that are left in production, where everybody knows them. */
export function placeholderProblems(options: LogtoModuleOptions): LogtoOptionsProblem[] {
  if (process.env.NODE_ENV !== 'production') return [];
  const { endpoint, appId, appSecret, cookieSecret, machineToMachine, session } = options;
  const checked: [option: string, values: unknown, remedy: string][] = [
    [
      'endpoint',
      endpoint,
      'Use the endpoint shown in Logto Console (LOGTO_ENDPOINT with logtoOptionsFromEnv)',
    ],
    ['appId', appId, `${fromConsole} (LOGTO_APP_ID with logtoOptionsFromEnv)`],
    ['appSecret', appSecret, `${fromConsole} (LOGTO_APP_SECRET with logtoOptionsFromEnv)`],
    ['machineToMachine.appSecret', machineToMachine?.appSecret, fromConsole],
    ['cookieSecret', cookieSecret, ownSecret],
    ['session.secret', session?.secret, `${ownSecret} (LOGTO_SESSION_SECRET with logtoOptionsFromEnv)`],
  ];
  return checked
    .filter(([, values]) => textsOf(values).some((value) => placeholders.has(plain(value))))
    .map(([option, , remedy]) => ({
      option,
      remedy: `is a placeholder of the documentation, which everybody knows. ${remedy}.`,
    }));
}

/** Secrets that are short enough to be guessed, in production: with one anybody could sign cookies of this app. */
export function shortSecretRemarks({ cookieSecret, session }: LogtoModuleOptions): string[] {
  if (process.env.NODE_ENV !== 'production') return [];
  const checked: [option: string, values: unknown][] = [
    ['cookieSecret', cookieSecret],
    ['session.secret', session?.secret],
  ];
  return checked
    .filter(([, values]) => textsOf(values).some((value) => value.length < shortest))
    .map(
      ([option]) =>
        `\`${option}\` has fewer than ${shortest} characters, so it can be guessed. ${ownSecret}.`,
    );
}

function textsOf(values: unknown): string[] {
  return [values].flat().filter((value): value is string => typeof value === 'string');
}

function plain(value: string): string {
  return value.toLowerCase().replace(/[^a-z\d]/g, '');
}
