import type { OpenAPIObject } from '@nestjs/swagger';
import type { GuardedRoute } from '../guard/guarded-route.js';
import { requirementsText } from './requirements-extension.js';

type Responses = NonNullable<OpenAPIObject['paths'][string]['get']>['responses'];
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/** The name of the schema of this library's problem details. */
export const problemSchemaName = 'LogtoProblem';

/** Problem details (RFC 9457), as `LogtoExceptionFilter` sends them. */
export const problemSchema: Schema = {
  type: 'object',
  description: 'Problem details (RFC 9457). The members besides these depend on `code`.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', example: 'about:blank' },
    title: { type: 'string', example: 'Unauthorized' },
    status: { type: 'integer', example: 401 },
    code: { type: 'string', description: 'The error code. It is stable.', example: 'not_authenticated' },
    detail: { type: 'string', description: 'What happened and what to do.' },
    help: {
      type: 'string',
      format: 'uri',
      description: 'The page that explains the error. Not in production.',
    },
    scope: {
      type: 'string',
      description: 'The required scopes, space-separated. Only with the code `insufficient_scope`.',
    },
    roles: { type: 'array', items: { type: 'string' }, description: 'The required roles.' },
    acr_values: { type: 'string', description: 'The required authentication context (`acr`).' },
    max_age: { type: 'number', description: 'The maximum time since the sign-in, in seconds.' },
  },
  additionalProperties: true,
};

/** The responses of the guards of a route. */
export function problemResponses({ accepted, policy }: GuardedRoute): Responses {
  const acceptsBearer = accepted.some((credentials) => credentials.includes('bearer'));
  const challenge = { 'WWW-Authenticate': header('The challenge (RFC 6750).') };
  const requirements = requirementsText(policy);
  return {
    '401': problem(
      policy.access === 'optional'
        ? 'The credential is invalid or has expired.'
        : 'There is no valid credential.',
      acceptsBearer ? challenge : undefined,
    ),
    '403': problem(`Access denied. ${requirements}`.trimEnd(), acceptsBearer ? challenge : undefined),
    '503': problem('Logto or the session store cannot be reached. Try again shortly.', {
      'Retry-After': header('Seconds to wait.'),
    }),
  };
}

function problem(
  description: string,
  headers: Record<string, ReturnType<typeof header>> | undefined,
): Responses[string] {
  const schema = { $ref: `#/components/schemas/${problemSchemaName}` };
  return { description, ...(headers && { headers }), content: { 'application/problem+json': { schema } } };
}

function header(description: string): { description: string; schema: { type: 'string' } } {
  return { description, schema: { type: 'string' } };
}
