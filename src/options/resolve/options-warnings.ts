import { cookieWarning } from './cookie-problems.js';
import { Prompt, ReservedScope, UserScope } from '../logto-constants.js';
import { isBearerOnly } from './is-bearer-only.js';
import { ownSecretRemedy, stringsOf } from './placeholder-problems.js';
import { sessionCookieProblems } from './session-cookie-problems.js';
import type { ResolvedExtras } from './resolve-extras.js';
import type { LogtoModuleOptions } from '../logto-module-options.js';

/** Options that do nothing in an app that only accepts bearer tokens. */
const signInOptionNames = [
  'scopes',
  'resources',
  'session',
  'encryption',
  'signInOptions',
  'prompt',
  'postSignInRedirectUri',
  'postSignOutRedirectUri',
  'lifetime',
] as const satisfies readonly (keyof LogtoModuleOptions)[];

/** Options that work, but are probably a mistake. The module logs them at startup. */
export function optionsWarnings(
  options: LogtoModuleOptions,
  extras: Pick<ResolvedExtras, 'authRoutesPrefix'>,
): string[] {
  if (isBearerOnly(options)) return idleOptionWarnings(options);
  return [
    ...sessionCookieProblems(options, extras).map((problem) => cookieWarning(problem)),
    ...shortSecretWarnings(options),
    ...scopeWarnings(options),
    ...refreshTokenWarnings(options),
  ];
}

const minSecretLength = 16;

/** Warns about guessable secrets in production: anyone who guesses one can sign cookies of this app. */
function shortSecretWarnings({ cookieSecret, session }: LogtoModuleOptions): string[] {
  if (process.env.NODE_ENV !== 'production') return [];
  const checked: [option: string, values: unknown][] = [
    ['cookieSecret', cookieSecret],
    ['session.secret', session?.secret],
  ];
  return checked
    .filter(([, values]) => stringsOf(values).some((value) => value.length < minSecretLength))
    .map(
      ([option]) =>
        `\`${option}\` has fewer than ${minSecretLength} characters, so it can be guessed. ${ownSecretRemedy}.`,
    );
}

/** Warns about misspelt scopes. Logto silently ignores those that it does not know. */
function scopeWarnings({ scopes = [] }: LogtoModuleOptions): string[] {
  const known: string[] = [...Object.values(ReservedScope), ...Object.values(UserScope)];
  return scopes
    .filter((scope) => !known.includes(scope))
    .flatMap((scope) => {
      const suggestion = known.find((name) => normalized(name) === normalized(scope));
      if (suggestion !== undefined) return [`${unknownScope(scope)} Did you mean "${suggestion}"?`];
      return scope.startsWith('urn:logto:') ? [unknownScope(scope)] : [];
    });
}

const unknownScope = (scope: string): string =>
  `\`scopes\` has "${scope}", which is not one of Logto's user scopes. Logto silently ignores unknown scopes.`;

/** The name of a scope without its prefix and punctuation. */
function normalized(scope: string): string {
  return scope
    .replace(/^urn:logto:scope:/, '')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();
}

/** Warns if Logto issues no refresh token, which it only does for `offline_access` with `prompt=consent`. */
function refreshTokenWarnings(options: LogtoModuleOptions): string[] {
  const {
    includeReservedScopes = true,
    scopes = [],
    resources = [],
    prompt = 'consent',
    signInOptions,
  } = options;
  const requestsRefreshToken = includeReservedScopes || scopes.includes(ReservedScope.OfflineAccess);
  const prompts = [prompt, signInOptions?.prompt ?? []].flat();
  const consequence =
    'Logto issues no refresh token, so access tokens for resources and organizations fail with `missing_refresh_token`, and ' +
    'claims are never refreshed';
  if (requestsRefreshToken && (!prompts.includes(Prompt.Consent) || prompts.includes(Prompt.None)))
    return [`\`prompt\` is ${prompts.join(' ')}: ${consequence}. Add "consent", or leave \`prompt\` out.`];
  return !requestsRefreshToken && resources.length > 0
    ? [`\`scopes\` do not include \`offline_access\`: ${consequence}. Add it, for the \`resources\`.`]
    : [];
}

function idleOptionWarnings(options: LogtoModuleOptions): string[] {
  const idle = signInOptionNames.filter((name) => isGiven(options[name]));
  if (idle.length === 0) return [];
  const missing = (['appId', 'baseUrl'] as const).filter((name) => options[name] === undefined);
  return [
    `Nobody can sign in: ${formatList(missing)} ${missing.length > 1 ? 'are' : 'is'} missing, so the module only accepts bearer ` +
      `tokens, and ${formatList(idle)} ${idle.length > 1 ? 'do' : 'does'} nothing. Give ${formatList(missing)} ` +
      `(${missing.map((name) => variables[name]).join(' and ')} with logtoOptionsFromEnv), or leave the others out.`,
  ];
}

const variables = { appId: 'LOGTO_APP_ID', baseUrl: 'LOGTO_BASE_URL' } as const;

/** Whether an option is given. An empty list is not, because configuration often has one for "none". */
function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function formatList(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names.map((name) => `\`${name}\``));
}
