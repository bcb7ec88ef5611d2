import { z } from 'zod';
import { encryption } from './encryption-schema.js';
import {
  absoluteUrl,
  flag,
  names,
  oneOf,
  origin,
  pageUrl,
  positiveMilliseconds,
  positiveSeconds,
  seconds,
  text,
} from './option-schemas.js';
import { resourceMetadata } from './resource-metadata-schema.js';
import { prompts, signInOptions } from './sign-in-options-schema.js';
import { webhooks } from './webhooks-schema.js';

const scopes = z.array(
  text('must be a list of non-empty strings.').refine(
    (scope) => scope === '' || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope),
    { error: "must be one scope, without spaces or quotes: ['email', 'phone']." },
  ),
  { error: 'must be a list of non-empty strings.' },
);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isFunction = (value: unknown): boolean => typeof value === 'function';

const session = z
  .custom<Record<string, unknown>>(isObject, { error: 'must be express-session options: { secret: "…" }.' })
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

/** Where to find the application's ID. */
export const appIdRemedy =
  'copy it from Logto Console > Applications > your application (LOGTO_APP_ID with logtoOptionsFromEnv).';

/** What `baseUrl` is. */
export const baseUrlRemedy =
  'the address that browsers know this app by, such as "http://localhost:3000" (LOGTO_BASE_URL with logtoOptionsFromEnv).';

const revalidateAfterRule = 'must be a number of seconds greater than 0, or false.';

/** The shape of the options. Every message says what to do. */
export const logtoOptionsSchema = z.strictObject(
  {
    endpoint: absoluteUrl(`Use ${endpointRemedy}`, `required: ${endpointRemedy}`),
    appId: text(appIdRemedy).optional(),
    appSecret: text('copy it from Logto Console, or leave it out for a public client.').optional(),
    baseUrl: absoluteUrl(`Use ${baseUrlRemedy}`, `required: ${baseUrlRemedy}`).optional(),
    cookieSecret: text('must be a long random string.').optional(),
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
    resource: text('must be a resource indicator.').optional(),
    organizationId: text('must be the ID of an organization.').optional(),
    unauthenticated: oneOf(['auto', 'redirect', 'reject']).optional(),
    session: session.optional(),
    lifetime: z
      .strictObject(
        { absolute: positiveSeconds.optional(), idle: positiveSeconds.optional() },
        { error: 'must be { absolute, idle }, each in seconds.' },
      )
      .optional(),
    revalidateAfter: z
      .union([z.literal(false), z.number()], { error: revalidateAfterRule })
      .refine((value) => value === false || value > 0, { error: revalidateAfterRule })
      .optional(),
    userInfoTtl: seconds.optional(),
    allowedOrigins: z.array(origin, { error: 'must be a list of origins.' }).optional(),
    lock: z
      .custom((value) => isObject(value) && isFunction((value as { run?: unknown }).run), {
        error: 'must have a method run(key, fn).',
      })
      .optional(),
    sessionClaims: names.optional(),
    encryption: encryption.optional(),
    hookTimeout: positiveMilliseconds
      .max(2 ** 31 - 1, { error: 'must be at most 2147483647 milliseconds, the maximum of a timer.' })
      .optional(),
    machineToMachine: z
      .strictObject(
        {
          appId: text('must be the ID of a machine-to-machine application.'),
          appSecret: text('must be the secret of a machine-to-machine application.'),
        },
        { error: 'must be { appId, appSecret } of a machine-to-machine application.' },
      )
      .optional(),
    management: z
      .strictObject(
        {
          resource: absoluteUrl(
            'Use the API identifier of the Management API from Logto Console > API resources: "https://<tenant>.logto.app/api".',
          ).optional(),
        },
        { error: 'must be { resource }, with the API identifier of the Management API.' },
      )
      .optional(),
    downstream: z.array(origin, { error: 'must be a list of origins.' }).optional(),
    http: z
      .strictObject(
        {
          timeout: positiveMilliseconds.optional(),
          clockTolerance: seconds.optional(),
          fetch: z.custom(isFunction, { error: 'must be a function like fetch.' }).optional(),
          internalEndpoint: absoluteUrl(
            'Use the address at which this server reaches Logto: "http://logto:3001".',
          ).optional(),
        },
        { error: 'must be { timeout, clockTolerance, fetch, internalEndpoint }.' },
      )
      .optional(),
    api: z
      .strictObject(
        {
          audience: z.union(
            [
              text('must be the indicator of an API resource.'),
              names.min(1, { error: 'must list at least one API resource.' }),
            ],
            {
              error: 'required: the API resource (or resources) that tokens must be issued for.',
            },
          ),
          cache: z
            .union([z.literal(false), z.strictObject({ max: z.int().positive() })], {
              error: 'must be { max: number } or false.',
            })
            .optional(),
          introspection: z
            .strictObject(
              { clientIds: names.min(1, { error: 'must list at least one client.' }) },
              { error: 'must be { clientIds }, with the clients whose opaque tokens are accepted.' },
            )
            .optional(),
          metadata: resourceMetadata.optional(),
        },
        { error: 'must be an object: { audience: "https://api.example.com" }.' },
      )
      .optional(),
    webhooks: webhooks.optional(),
    allowInsecureRequests: flag.optional(),
    allowUnenforcedRequirements: flag.optional(),
  },
  {
    error: ({ input }) =>
      input === undefined || input === null
        ? '`useFactory` (or `createLogtoOptions`) returned nothing. Return an object of options.'
        : 'LogtoModule takes an object of options.',
  },
);
