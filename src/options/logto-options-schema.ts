import { z } from 'zod';
import { ownedParameterRemedy } from './owned-parameters.js';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether `hostname` (as `URL` writes it) names this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    loopbackNames.has(hostname) || hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy });

function absoluteUrl(remedy: string, missing = remedy) {
  return z
    .string({
      error: ({ input }) => (input === undefined ? missing : `is ${kindOf(input)}, no text. ${remedy}`),
    })
    .superRefine((value, context) => {
      const wrong = urlProblem(value);
      const message = value === '' ? missing : `${wrong} ${remedy}`;
      if (wrong !== undefined) context.addIssue({ code: 'custom', message });
    });
}

function urlProblem(value: string): string | undefined {
  const url = parseUrl(value);
  // What stands before an "@" may be a password.
  const given = value.includes('@') ? 'what is given' : JSON.stringify(value);
  if (!/^https?:\/\//i.test(value))
    return `has to be an absolute http(s) URL, and ${given} begins with neither "http://" nor "https://".`;
  if (!url) return `has to be an absolute http(s) URL, and ${given} is none.`;
  if (url.username || url.password || url.search || url.hash)
    return 'has to have no credentials, query or fragment.';
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const pageUrlRemedy = 'has to be an absolute http(s) URL: "https://app.example.com/welcome".';
const pageUrl = z
  .string({ error: pageUrlRemedy })
  .refine((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ''), { error: pageUrlRemedy });

const origin = text('list origins such as "https://app.example.com".').refine(
  (value) => /^https?:$/.test(parseUrl(value)?.protocol ?? '') && parseUrl(value)?.origin === value,
  { error: 'has to be an origin without path: "https://app.example.com".' },
);

const seconds = z
  .number({ error: 'has to be a number of seconds.' })
  .nonnegative({ error: 'has to be zero or more seconds.' });
const positiveSeconds = z
  .number({ error: 'has to be a number of seconds.' })
  .positive({ error: 'has to be more than zero seconds.' });
const flag = z.boolean({ error: 'has to be true or false.' });
const names = z.array(text('has to be a list of non-empty strings.'), {
  error: 'has to be a list of non-empty strings.',
});
const scopes = z.array(
  text('has to be a list of non-empty strings.').refine(
    (scope) => scope === '' || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope),
    { error: "is one scope, without spaces or quotes: ['email', 'phone']." },
  ),
  { error: 'has to be a list of non-empty strings.' },
);
const prompt = z.enum(['none', 'consent', 'login'], { error: 'is "consent", "login" or "none".' });
const prompts = z
  .union([prompt, z.array(prompt)], { error: 'is "consent", "login", "none" or a list of them.' })
  .refine((value) => value.length > 0, { error: 'is "consent", "login", "none" or a list of them.' })
  .refine((value) => typeof value === 'string' || !value.includes('none') || value.length === 1, {
    error: '"none" stands alone.',
  });

const signInOptions = z.strictObject(
  {
    firstScreen: z
      .enum(
        [
          'sign_in',
          'register',
          'reset_password',
          'identifier:sign_in',
          'identifier:register',
          'single_sign_on',
        ],
        {
          error:
            'is one of sign_in, register, reset_password, identifier:sign_in, identifier:register, single_sign_on.',
        },
      )
      .optional(),
    identifiers: z
      .array(z.enum(['email', 'phone', 'username'], { error: 'is "email", "phone" or "username".' }), {
        error: 'is a list of "email", "phone", "username".',
      })
      .optional(),
    directSignIn: z
      .strictObject(
        {
          method: z.enum(['social', 'sso'], { error: 'is "social" or "sso".' }),
          target: text('names the connector.'),
        },
        { error: 'is { method: "social" | "sso", target }.' },
      )
      .optional(),
    loginHint: text('has to be a non-empty string.').optional(),
    oneTimeToken: text('has to be a non-empty string.').optional(),
    uiLocales: text('is a space-separated list of languages.').optional(),
    organizationId: text('has to be a non-empty string.').optional(),
    prompt: prompts.optional(),
    maxAge: seconds.optional(),
    extraParams: z
      .record(z.string(), z.string({ error: 'has to be a string.' }), { error: 'is an object of strings.' })
      .superRefine((parameters, context) => {
        for (const name of Object.keys(parameters)) {
          const message = ownedParameterRemedy(name);
          if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
        }
      })
      .optional(),
  },
  { error: 'is an object of parameters: { firstScreen: "register" }.' },
);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isFunction = (value: unknown): boolean => typeof value === 'function';

const session = z
  .custom<Record<string, unknown>>(isObject, { error: 'has to be express-session options: { secret: "…" }.' })
  .superRefine((value, context) => {
    const secrets: unknown[] = Array.isArray(value.secret) ? value.secret : [value.secret];
    if (
      secrets.length === 0 ||
      secrets.some((secret) => secret === undefined || secret === null || secret === '')
    ) {
      context.addIssue({
        code: 'custom',
        path: ['secret'],
        message:
          'required: a long random string that signs the session cookie (LOGTO_SESSION_SECRET with logtoOptionsFromEnv).',
      });
    }
  });

const endpointRemedy =
  'the endpoint shown in Logto Console, such as "https://your-tenant.logto.app" (LOGTO_ENDPOINT with logtoOptionsFromEnv).';

/** Where the application's id is. */
export const appIdRemedy =
  'copy it from Logto Console > Applications > your application (LOGTO_APP_ID with logtoOptionsFromEnv).';

/** What this app's address is. */
export const baseUrlRemedy =
  'the address that browsers know this app by, such as "http://localhost:3000" (LOGTO_BASE_URL with logtoOptionsFromEnv).';

/** The shape of the options: one message a mistake, each saying what to do. */
export const logtoOptionsSchema = z.strictObject(
  {
    endpoint: absoluteUrl(`Use ${endpointRemedy}`, `required: ${endpointRemedy}`),
    appId: text(appIdRemedy).optional(),
    appSecret: text('copy it from Logto Console, or leave it out for a public client.').optional(),
    baseUrl: absoluteUrl(`Use ${baseUrlRemedy}`, `required: ${baseUrlRemedy}`).optional(),
    cookieSecret: text('has to be a long random string.').optional(),
    scopes: scopes.optional(),
    resources: names.optional(),
    includeReservedScopes: flag.optional(),
    prompt: prompts.optional(),
    signInOptions: signInOptions.optional(),
    postSignInRedirectUri: pageUrl.optional(),
    postSignOutRedirectUri: pageUrl.optional(),
    fetchUserInfo: flag.optional(),
    getAccessToken: flag.optional(),
    getOrganizationToken: flag.optional(),
    resource: text('has to be a resource indicator.').optional(),
    organizationId: text('has to be an organization id.').optional(),
    unauthenticated: z
      .enum(['auto', 'redirect', 'reject'], { error: 'is "auto", "redirect" or "reject".' })
      .optional(),
    session: session.optional(),
    lifetime: z
      .strictObject(
        { absolute: positiveSeconds.optional(), idle: positiveSeconds.optional() },
        { error: 'is { absolute, idle }, each in seconds.' },
      )
      .optional(),
    revalidateAfter: z
      .union([z.literal(false), z.number()], { error: 'is a number of seconds, or false.' })
      .refine((value) => value === false || value > 0, { error: 'is more than zero seconds, or false.' })
      .optional(),
    userInfoTtl: seconds.optional(),
    allowedOrigins: z.array(origin, { error: 'has to be a list of origins.' }).optional(),
    lock: z
      .custom((value) => isObject(value) && isFunction((value as { run?: unknown }).run), {
        error: 'has to have a method run(key, fn).',
      })
      .optional(),
    machineToMachine: z
      .strictObject(
        {
          appId: text('the id of a machine-to-machine application.'),
          appSecret: text('the secret of a machine-to-machine application.'),
        },
        { error: 'is { appId, appSecret } of a machine-to-machine application.' },
      )
      .optional(),
    http: z
      .strictObject(
        {
          timeout: z
            .number({ error: 'is a number of milliseconds.' })
            .positive({ error: 'is more than zero milliseconds.' })
            .optional(),
          clockTolerance: seconds.optional(),
          fetch: z.custom(isFunction, { error: 'has to be a function like fetch.' }).optional(),
          internalEndpoint: absoluteUrl(
            'Use the address at which this server reaches Logto: "http://logto:3001".',
          ).optional(),
        },
        { error: 'is { timeout, clockTolerance, fetch, internalEndpoint }.' },
      )
      .optional(),
    api: z
      .strictObject(
        {
          audience: z.union(
            [text('the API resource.'), names.min(1, { error: 'name at least one API resource.' })],
            {
              error: 'required: the API resource (or resources) that tokens have to be for.',
            },
          ),
          cache: z
            .union([z.literal(false), z.strictObject({ max: z.int().positive() })], {
              error: 'is { max: number } or false.',
            })
            .optional(),
          introspection: z
            .strictObject(
              { clientIds: names.min(1, { error: 'name at least one client.' }) },
              { error: 'is { clientIds } of the clients whose opaque tokens pass.' },
            )
            .optional(),
        },
        { error: 'is { audience: "https://api.example.com" }.' },
      )
      .optional(),
    allowInsecureRequests: flag.optional(),
    allowUnenforcedRequirements: flag.optional(),
  },
  {
    error: ({ input }) =>
      input === undefined || input === null
        ? '`useFactory` (or `createLogtoOptions`) returned none. Return an object of options.'
        : 'LogtoModule takes an object of options.',
  },
);
