import { z } from 'zod';
import { acrPattern, acrValuesOf } from '../authentication-context.js';
import { seconds, text } from './option-schemas.js';
import { reservedParameterRemedy } from './reserved-parameters.js';

const prompt = z.enum(['none', 'consent', 'login'], { error: 'is "consent", "login" or "none".' });

/** The values of `prompt`. */
export const prompts = z
  .union([prompt, z.array(prompt)], { error: 'is "consent", "login", "none" or a list of them.' })
  .refine((value) => value.length > 0, { error: 'is "consent", "login", "none" or a list of them.' })
  .refine((value) => typeof value === 'string' || !value.includes('none') || value.length === 1, {
    error: '"none" cannot be combined with others.',
  });

const acrValuesRule = 'is a list of authentication context classes: ["urn:logto:acr:mfa"].';

function isListOfAcrValues(given: string | string[]): boolean {
  const values = acrValuesOf(given);
  return values.length > 0 && values.every((value) => acrPattern.test(value));
}

/** The shape of the parameters of a sign-in. */
export const signInOptions = z.strictObject(
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
    acrValues: z
      .union([z.string(), z.array(z.string())], { error: acrValuesRule })
      .refine(isListOfAcrValues, { error: acrValuesRule })
      .optional(),
    theme: z.enum(['light', 'dark'], { error: 'is "light" or "dark".' }).optional(),
    confirmRedirectPolicy: text('has to be a non-empty string.').optional(),
    extraParams: z
      .record(z.string(), z.string({ error: 'has to be a string.' }), { error: 'is an object of strings.' })
      .superRefine((parameters, context) => {
        for (const name of Object.keys(parameters)) {
          const message = reservedParameterRemedy(name);
          if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
        }
      })
      .optional(),
  },
  { error: 'is an object of parameters: { firstScreen: "register" }.' },
);
