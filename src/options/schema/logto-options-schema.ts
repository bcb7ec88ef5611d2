import { z } from 'zod';
import { encryption } from './encryption-schema.js';
import {
  absoluteUrl,
  flag,
  names,
  oneOf,
  origin,
  pageUrl,
  positiveSeconds,
  seconds,
  text,
} from './option-schemas.js';
import { resourceMetadata } from './resource-metadata-schema.js';
import { prompts, signInOptions } from './sign-in-options-schema.js';
import { webhooks } from './webhooks-schema.js';

const scopes = z.array(
  text('has to be a list of non-empty strings.').refine(
    (scope) => scope === '' || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope),
    { error: "is one scope, without spaces or quotes: ['email', 'phone']." },
  ),
  { error: 'has to be a list of non-empty strings.' },
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

/** Where to find the application's id. */
export const appIdRemedy =
  'copy it from Logto Console > Applications > your application (LOGTO_APP_ID with logtoOptionsFromEnv).';

/** What `baseUrl` is. */
export const baseUrlRemedy =
  'the address that browsers know this app by, such as "http://localhost:3000" (LOGTO_BASE_URL with logtoOptionsFromEnv).';

/** The shape of the options. Every message says what to do. */
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
    unauthenticated: oneOf(['auto', 'redirect', 'reject']).optional(),
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
    sessionClaims: names.optional(),
    encryption: encryption.optional(),
    hookTimeout: z
      .number({ error: 'is a number of milliseconds.' })
      .positive({ error: 'is more than zero milliseconds.' })
      .max(2 ** 31 - 1, { error: 'is at most 2147483647 milliseconds, the longest that a timer waits.' })
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
    management: z
      .strictObject(
        {
          resource: absoluteUrl(
            'Use the API identifier of the Management API from Logto Console > API resources: "https://<tenant>.logto.app/api".',
          ).optional(),
        },
        { error: 'is { resource }, the API identifier of the Management API.' },
      )
      .optional(),
    downstream: z.array(origin, { error: 'has to be a list of origins.' }).optional(),
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
          metadata: resourceMetadata.optional(),
        },
        { error: 'is { audience: "https://api.example.com" }.' },
      )
      .optional(),
    webhooks: webhooks.optional(),
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
