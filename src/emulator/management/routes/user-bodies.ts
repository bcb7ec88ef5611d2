import { z } from 'zod';

import { userSchema } from '../../options/logto-emulator-schema.js';
import { emailAddress } from '../body-schemas.js';

const { customData, profile } = userSchema.shape;

/* Logto's own expressions for identifiers. */
const phone = z.string().regex(/^\d+$/);
const username = z.string().regex(/^[A-Z_a-z]\w*$/);
const password = z.string().min(1);
const avatar = z.url().or(z.literal('')).nullable();

/** An empty identifier removes it, as null does. */
const removable = <Schema extends z.ZodType<string>>(schema: Schema) =>
  schema
    .or(z.literal(''))
    .nullable()
    .transform((value) => (value === '' ? null : value));

/** The body that creates a user. */
export const newUser = z
  .object({
    username,
    primaryEmail: emailAddress,
    primaryPhone: phone,
    password,
    name: z.string(),
    avatar,
    customData: customData.unwrap(),
    profile: profile.unwrap(),
  })
  .partial();

/** The body that changes a user. Unlike in Logto, `username` cannot be removed. */
export const changedUser = z
  .object({
    username,
    primaryEmail: removable(emailAddress),
    primaryPhone: removable(phone),
    name: removable(z.string()),
    avatar: avatar.transform((value) => (value === '' ? null : value)),
    customData: customData.unwrap(),
    profile: profile.unwrap(),
  })
  .partial();

export const changedPassword = z.object({ password });
export const changedCustomData = z.object({ customData: customData.unwrap() });
export const changedProfile = z.object({ profile: profile.unwrap() });
export const changedSuspension = z.object({ isSuspended: z.boolean() });
