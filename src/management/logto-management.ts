import { createApiClient } from '@logto/api/management';
import { Injectable } from '@nestjs/common';
import { LogtoSetupException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ManagementFetch } from './management-fetch.js';
import { assertSamePath } from './assert-same-path.js';

/** The typed client of `@logto/api`. */
export type LogtoManagementClient = ReturnType<typeof createApiClient>;

/**
 * Calls Logto's Management API as the machine-to-machine application of the options. Without `machineToMachine` the app does
 * not start (`machine_to_machine_not_configured`).
 * @see {@link https://docs.logto.io/integrate-logto/interact-with-management-api}
 */
@Injectable()
export class LogtoManagement {
  /**
   * The client of `@logto/api`, with the types of Logto's OpenAPI document. Its methods throw instead of returning `error`.
   *
   * ```ts
   * const { data: user } = await management.client.GET('/api/users/{userId}', { params: { path: { userId } } });
   * ```
   * @throws LogtoManagementException with Logto's own code, for example `entity.not_found`
   * @throws LogtoException `invalid_target` if `management.resource` is wrong; `invalid_request` (400) for a path parameter
   * that is empty, `.` or `..`; `provider_unavailable` or `provider_timeout` (503, transient) while Logto is unavailable
   */
  readonly client: LogtoManagementClient;

  constructor(options: ResolvedLogtoOptions, calls: ManagementFetch) {
    if (!options.machineToMachine) {
      throw new LogtoSetupException(
        'machine_to_machine_not_configured',
        'LogtoManagementModule needs an application of the type machine-to-machine with access to the Management API. ' +
          'Set its id and secret in the options of LogtoModule: `machineToMachine: { appId, appSecret }`.',
      );
    }
    const client = createApiClient({ baseUrl: options.endpoint, getToken: () => calls.token() });
    client.use({ onRequest: (call) => assertSamePath(options.endpoint, call) });
    this.client = sendBy(calls.fetch, client);
  }
}

/**
 * Makes all methods of a client use a `fetch`, and serialize `search_params` as the OpenAPI document says: each as a
 * separate parameter. `createApiClient` has no options for this.
 */
function sendBy(
  fetch: (request: Request) => Promise<Response>,
  client: LogtoManagementClient,
): LogtoManagementClient {
  const defaults = { fetch, querySerializer: { object: { style: 'form', explode: true } } };
  const methods = client as unknown as Record<string, (...parameters: unknown[]) => unknown>;
  for (const [name, method] of Object.entries(methods)) {
    // These two methods take a middleware.
    if (name === 'use' || name === 'eject') continue;
    const initIndex = name === 'request' ? 2 : 1;
    methods[name] = (...parameters) => {
      const init = parameters[initIndex] as object | undefined;
      return method(...parameters.slice(0, initIndex), { ...defaults, ...init });
    };
  }
  return client;
}
