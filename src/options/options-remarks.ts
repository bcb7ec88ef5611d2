import { cookieRemark } from './cookie-faults.js';
import { Prompt, ReservedScope, UserScope } from './logto-constants.js';
import { shortSecretRemarks } from './placeholders.js';
import { isBearerOnly, sessionCookieFaults } from './options-problems.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto-module-options.js';

/** Options that do nothing where nobody signs in. */
const ofSignIn = [
  'scopes',
  'resources',
  'session',
  'signInOptions',
  'prompt',
  'postSignInRedirectUri',
  'postSignOutRedirectUri',
  'lifetime',
] as const satisfies readonly (keyof LogtoModuleOptions)[];

/** What the options let doubt that they are meant so, though they work. */
export function optionsRemarks(
  options: LogtoModuleOptions,
  extras: Pick<LogtoModuleExtras, 'authRoutesPrefix'>,
): string[] {
  if (isBearerOnly(options)) return idleOptions(options);
  return [
    ...sessionCookieFaults(options, extras).map((fault) => cookieRemark(fault)),
    ...shortSecretRemarks(options),
    ...scopeRemarks(options),
    ...refreshTokenRemarks(options),
  ];
}

/** Scopes that look like one of Logto's, which drops those that it does not know in silence. */
function scopeRemarks({ scopes = [] }: LogtoModuleOptions): string[] {
  const known: string[] = [...Object.values(ReservedScope), ...Object.values(UserScope)];
  return scopes
    .filter((scope) => !known.includes(scope) && scope !== trustedDevices)
    .flatMap((scope) => {
      const meant = known.find((one) => plain(one) === plain(scope));
      if (meant !== undefined) return [`${unknownScope(scope)} Did you mean "${meant}"?`];
      return scope.startsWith('urn:logto:') ? [unknownScope(scope)] : [];
    });
}

const trustedDevices = 'urn:logto:scope:trusted_devices';

const unknownScope = (scope: string): string =>
  `\`scopes\` has "${scope}", which is not one of Logto's user scopes. Logto silently ignores unknown scopes.`;

/** The name of a scope without prefix and punctuation. */
function plain(scope: string): string {
  return scope
    .replace(/^urn:logto:scope:/, '')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();
}

/** Logto gives a refresh token only for `offline_access`, and only with `prompt=consent`. */
function refreshTokenRemarks(options: LogtoModuleOptions): string[] {
  const {
    includeReservedScopes = true,
    scopes = [],
    resources = [],
    prompt = 'consent',
    signInOptions,
  } = options;
  const asksForOne = includeReservedScopes || scopes.includes(ReservedScope.OfflineAccess);
  const prompts = [prompt, signInOptions?.prompt ?? []].flat();
  const without =
    'Logto gives no refresh token, so access tokens for resources and organizations fail with `missing_refresh_token`, and ' +
    'claims are never refreshed';
  if (asksForOne && (!prompts.includes(Prompt.Consent) || prompts.includes(Prompt.None)))
    return [`\`prompt\` is ${prompts.join(' ')}: ${without}. Add "consent", or leave \`prompt\` out.`];
  return !asksForOne && resources.length > 0
    ? [`\`scopes\` lack \`offline_access\`: ${without}. Add it, for the \`resources\`.`]
    : [];
}

function idleOptions(options: LogtoModuleOptions): string[] {
  const idle = ofSignIn.filter((name) => isGiven(options[name]));
  if (idle.length === 0) return [];
  const missing = (['appId', 'baseUrl'] as const).filter((name) => options[name] === undefined);
  return [
    `Nobody can sign in: ${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing, so the module takes bearer ` +
      `tokens alone, and ${listed(idle)} ${idle.length > 1 ? 'do' : 'does'} nothing. Give ${listed(missing)} ` +
      `(${missing.map((name) => variables[name]).join(' and ')} with logtoOptionsFromEnv), or leave the others out.`,
  ];
}

const variables = { appId: 'LOGTO_APP_ID', baseUrl: 'LOGTO_BASE_URL' } as const;

/** An empty list is how a list says that there is nothing in this deployment. */
function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names.map((name) => `\`${name}\``));
}
