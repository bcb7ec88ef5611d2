import { describe, expect, it } from '@jest/globals';
import type { createApiClient } from '@logto/api/management';
import type { Client } from 'openapi-fetch';

import type { ManagementResponse } from '../../../src/emulator/management/management-response.js';
import type { ManagementCall } from '../../../src/emulator/management/management-call.js';
import { managementRoutes } from '../../../src/emulator/management/management-routes.js';

/** Logto's OpenAPI document, as `@logto/api` has it. */
type Paths = ReturnType<typeof createApiClient> extends Client<infer Document> ? Document : never;

type Operation<Method extends string, Path> = Path extends keyof Paths
  ? Lowercase<Method> extends keyof Paths[Path]
    ? Paths[Path][Lowercase<Method>]
    : never
  : never;

type BodyOf<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** The responses that the document has for a request, `GET /api/users` for example. None if there is no such request. */
type DocumentedResponse<Name> = Name extends `${infer Method} ${infer Path}`
  ? Operation<Method, Path> extends { responses: infer Responses }
    ? {
        [Status in keyof Responses & number]: ManagementResponse<Status, BodyOf<Responses[Status]>>;
      }[keyof Responses & number]
    : never
  : never;

type DocumentedRoutes = {
  [Name in keyof typeof managementRoutes]: (call: ManagementCall) => DocumentedResponse<Name>;
};

describe("The responses of the emulator's Management API", () => {
  it("are those of Logto's OpenAPI document, which the compiler checks", () => {
    // The compiler refuses this assignment if a path, a status or a member of a body is not the document's.
    const documented: DocumentedRoutes = managementRoutes;

    expect(Object.keys(documented)).toEqual(
      expect.arrayContaining(['GET /api/users', 'POST /api/organizations']),
    );
  });

  it('are not accepted by the compiler with another shape', () => {
    const response = (): ManagementResponse<200, { hasPassword: string }> => ({
      status: 200,
      body: { hasPassword: 'yes' },
    });
    // @ts-expect-error `hasPassword` is a boolean.
    const wrongType: DocumentedRoutes['GET /api/users/{userId}/has-password'] = response;
    // @ts-expect-error Logto answers with 204.
    const wrongStatus: DocumentedRoutes['DELETE /api/users/{userId}'] = response;
    // @ts-expect-error There is no such path, and so no response.
    const noPath: () => DocumentedResponse<'GET /api/people'> = response;

    expect([wrongType, wrongStatus, noPath]).toEqual([response, response, response]);
  });
});
