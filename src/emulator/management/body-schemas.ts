import { z } from 'zod';

/** A list of IDs or names. */
export const idList = z.array(z.string().min(1));

/** An e-mail address, by Logto's own expression. */
export const emailAddress = z.string().regex(/^\S+@\S+\.\S+$/);
