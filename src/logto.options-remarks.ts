import { cookieRemark } from './cookie-faults.js';
import { isBearerOnly, sessionCookieFaults } from './logto.options-problems.js';
import type { LogtoModuleExtras, LogtoModuleOptions } from './logto.options.js';

/** Options that do nothing where nobody signs in. */
const signInOptions = [
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
  return isBearerOnly(options)
    ? idleOptions(options)
    : sessionCookieFaults(options, extras).map((fault) => cookieRemark(fault));
}

function idleOptions(options: LogtoModuleOptions): string[] {
  const idle = signInOptions.filter((name) => isGiven(options[name]));
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
