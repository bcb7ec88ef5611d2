import { z } from 'zod';
import { acrPattern, acrValuesOf } from '../authentication-context.js';
import { Prompt } from '../logto-constants.js';
import { firstScreens, signInIdentifiers, themes } from '../sign-in-options.js';
import { oneOf, seconds, text } from './option-schemas.js';
import { reservedParameterRemedy } from './reserved-parameters.js';

const prompt = z.enum(Prompt, { error: 'must be "consent", "login" or "none".' });

/** The values of `prompt`. */
export const prompts = z
  .union([prompt, z.array(prompt)], { error: 'must be "consent", "login", "none" or a list of them.' })
  .refine((value) => value.length > 0, { error: 'must be "consent", "login", "none" or a list of them.' })
  .refine((value) => typeof value === 'string' || !value.includes('none') || value.length === 1, {
    error: '"none" cannot be combined with others.',
  });

const acrValuesRule = 'must be a list of authentication context classes: ["urn:logto:acr:mfa"].';

function isListOfAcrValues(given: string | string[]): boolean {
  const values = acrValuesOf(given);
  return values.length > 0 && values.every((value) => acrPattern.test(value));
}

/** The shape of the parameters of a sign-in. */
export const signInOptions = z.strictObject(
  {
    firstScreen: z.enum(firstScreens, { error: `must be one of ${firstScreens.join(', ')}.` }).optional(),
    identifiers: z
      .array(oneOf(signInIdentifiers), {
        error: `must be a list of ${signInIdentifiers.map((value) => `"${value}"`).join(', ')}.`,
      })
      .optional(),
    directSignIn: z
      .strictObject(
        {
          method: oneOf(['social', 'sso']),
          target: text('must be the name of the connector.'),
        },
        { error: 'must be { method: "social" | "sso", target }.' },
      )
      .optional(),
    loginHint: text('must be a non-empty string.').optional(),
    oneTimeToken: text('must be a non-empty string.').optional(),
    uiLocales: text('must be a space-separated list of languages.').optional(),
    organizationId: text('must be a non-empty string.').optional(),
    prompt: prompts.optional(),
    maxAge: seconds.optional(),
    acrValues: z
      .union([z.string(), z.array(z.string())], { error: acrValuesRule })
      .refine(isListOfAcrValues, { error: acrValuesRule })
      .optional(),
    theme: oneOf(themes).optional(),
    confirmRedirectPolicy: text('must be a non-empty string.').optional(),
    extraParams: z
      .record(z.string(), z.string({ error: 'must be a string.' }), {
        error: 'must be an object of strings.',
      })
      .superRefine((parameters, context) => {
        for (const name of Object.keys(parameters)) {
          const message = reservedParameterRemedy(name);
          if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
        }
      })
      .optional(),
  },
  { error: 'must be an object of parameters: { firstScreen: "register" }.' },
);
