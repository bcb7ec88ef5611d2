import { z } from 'zod';

import { signingAlgorithms } from '../tenant/key-rotation.js';

const text = z.string().min(1, 'must not be empty');
const url = z
  .string()
  .refine((value) => URL.canParse(value), 'must be an absolute URL')
  .meta({ format: 'uri' });
const seconds = z.number().int('must be whole seconds').positive('must be more than 0 seconds');
const membership = z.strictObject({ id: text, roles: z.array(text).default([]) });
const resourceScope = z.strictObject({ resource: text, name: text });
const record = z.record(z.string(), z.unknown());

/** Validates a user; see {@link EmulatorUser}. */
export const userSchema = z.strictObject({
  id: text.optional(),
  username: text,
  password: text.optional(),
  name: z.string().nullable().default(null),
  primaryEmail: z.string().nullable().default(null),
  primaryPhone: z.string().nullable().default(null),
  avatar: z.string().nullable().default(null),
  customData: record.default({}),
  profile: z
    .strictObject({
      familyName: z.string().optional(),
      givenName: z.string().optional(),
      middleName: z.string().optional(),
      nickname: z.string().optional(),
      preferredUsername: z.string().optional(),
      profile: z.string().optional(),
      website: z.string().optional(),
      gender: z.string().optional(),
      birthdate: z.string().optional(),
      zoneinfo: z.string().optional(),
      locale: z.string().optional(),
      address: z.record(z.string(), z.string()).optional(),
    })
    .default({}),
  identities: z.record(z.string(), z.strictObject({ userId: text, details: record.optional() })).default({}),
  roles: z.array(text).default([]),
  organizations: z.array(membership).default([]),
  isSuspended: z.boolean().default(false),
});

/** Validates an application; see {@link EmulatorApplication}. */
export const applicationSchema = z.strictObject({
  id: text,
  secret: text.optional(),
  name: text.optional(),
  type: z.enum(['Traditional', 'SPA', 'Native', 'MachineToMachine']).optional(),
  redirectUris: z.array(url).optional(),
  postLogoutRedirectUris: z.array(url).optional(),
  backchannelLogoutUri: url.optional(),
  backchannelLogoutSessionRequired: z.boolean().default(false),
  alwaysIssueRefreshToken: z.boolean().default(false),
  rotateRefreshToken: z.boolean().default(true),
  refreshTokenTtlInDays: z.number().positive().optional(),
  allowTokenExchange: z.boolean().default(false),
  isThirdParty: z.boolean().default(false),
  corsAllowedOrigins: z.array(url).default([]),
  roles: z.array(text).default([]),
  organizations: z.array(membership).default([]),
});

/** Validates all options; see {@link LogtoEmulatorOptions}. */
export const optionsSchema = z.strictObject({
  $schema: z.string().optional(),
  port: z.number().int().min(0).max(65535).default(3001),
  host: text.optional(),
  endpoint: url.optional(),
  users: z.array(userSchema).default([]),
  applications: z.array(applicationSchema).default([]),
  resources: z
    .array(
      z.strictObject({
        indicator: url,
        scopes: z.array(text).default([]),
        accessTokenTtl: seconds.optional(),
      }),
    )
    .default([]),
  roles: z.array(z.strictObject({ name: text, scopes: z.array(resourceScope).default([]) })).default([]),
  organizationTemplate: z
    .strictObject({
      scopes: z.array(text).default([]),
      roles: z
        .array(
          z.strictObject({
            name: text,
            scopes: z.array(text).default([]),
            resourceScopes: z.array(resourceScope).default([]),
          }),
        )
        .default([]),
    })
    .prefault({}),
  organizations: z
    .array(
      z.strictObject({
        id: text,
        name: text,
        description: z.string().nullable().default(null),
        customData: record.default({}),
      }),
    )
    .default([]),
  webhooks: z
    .array(
      z.strictObject({
        id: text.optional(),
        url,
        events: z.array(text).optional(),
        signingKey: text.optional(),
      }),
    )
    .default([]),
  clientIdMetadataDocuments: z.boolean().default(false),
  idTokenClaims: z
    .strictObject({
      roles: z.boolean().default(true),
      organizations: z.boolean().default(true),
      organizationRoles: z.boolean().default(true),
      customData: z.boolean().default(false),
      identities: z.boolean().default(false),
    })
    .prefault({}),
  signingAlgorithm: z.enum(signingAlgorithms).default('ES384'),
  stepUp: z.boolean().default(true),
  ttl: z
    .strictObject({
      accessToken: seconds.default(3600),
      idToken: seconds.default(3600),
      refreshToken: seconds.default(14 * 24 * 3600),
      session: seconds.default(14 * 24 * 3600),
      grant: seconds.default(180 * 24 * 3600),
    })
    .prefault({}),
  sharedInteraction: z.boolean().default(true),
  refreshTokenReuseInterval: z.number().min(0).default(3),
  rotation: z.enum(['logto', 'every-use', 'off']).default('logto'),
  fetch: z.custom<typeof globalThis.fetch>((value) => typeof value === 'function').optional(),
  log: z.custom<(line: string) => void>((value) => typeof value === 'function').optional(),
  allowProduction: z.boolean().default(false),
});

/** Valid options with all defaults. */
export type ResolvedOptions = z.output<typeof optionsSchema>;
