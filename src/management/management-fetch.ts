import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { hasCode, LogtoException } from '../logto.exceptions.js';
import { toLogtoException } from '../oidc/errors/to-logto-exception.js';
import { ProviderFetch } from '../oidc/provider-fetch.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { MachineTokens, type ClientCredentialsParameters } from '../tokens/machine-tokens.js';
import { LogtoManagementException, type ManagementErrorBody } from './logto-management.exception.js';
import { retryAfter } from './retry-after.js';

/** The longest `Retry-After` to wait for, in milliseconds. */
const maxWait = 10_000;

/** A page of a hundred users may be large. */
const maxResponseBytes = 16 * 1024 * 1024;

/** Sends the requests of the Management API's client. */
@Injectable()
export class ManagementFetch {
  private readonly parameters: ClientCredentialsParameters;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly tokens: MachineTokens,
    private readonly providerFetch: ProviderFetch,
  ) {
    this.parameters = { resource: options.management.resource, scope: 'all' };
  }

  /** @throws LogtoException `invalid_target` if Logto does not know the resource, or Logto's own error */
  token(): Promise<string> {
    return this.orUnknownResource(this.tokens.token(this.parameters));
  }

  /**
   * Sends a request. Retries once with a new token after a 401, and once after the `Retry-After` of a 429.
   * @throws LogtoManagementException for a response that is not successful
   * @throws LogtoException `invalid_target` if `management.resource` is wrong; `provider_unavailable` or `provider_timeout`
   * (503, transient) while Logto is unavailable
   */
  readonly fetch = async (request: Request): Promise<Response> => {
    const headers = new Headers(request.headers);
    const body = request.body ? await request.arrayBuffer() : undefined;
    const send = (): Promise<Response> => this.send(request, headers, body);
    let response = await send();
    if (response.status === 401 && headers.has('authorization')) {
      const token = await this.orUnknownResource(
        this.tokens.renewToken(this.parameters, bearerToken(headers)),
      );
      headers.set('authorization', `Bearer ${token}`);
      response = await send();
    }
    const wait = response.status === 429 ? retryAfter(response.headers) : undefined;
    if (wait !== undefined && wait <= maxWait) {
      await delay(wait, undefined, { signal: request.signal });
      response = await send();
    }
    if (response.ok) return withoutStatusText(response);
    // If the operator assigns the missing role, only a new token has it.
    if (response.status === 403) this.tokens.forget(this.parameters, bearerToken(headers));
    throw await exceptionFor(response);
  };

  private async send(request: Request, headers: Headers, body: ArrayBuffer | undefined): Promise<Response> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.options.http.timeout)]);
    try {
      return await this.providerFetch.fetch(
        request.url,
        { method: request.method, headers, ...(body && { body }), signal },
        maxResponseBytes,
      );
    } catch (error) {
      // The caller has aborted the request.
      if (request.signal.aborted) throw error;
      throw toLogtoException(error, 'Management API request');
    }
  }

  private async orUnknownResource(token: Promise<string>): Promise<string> {
    try {
      return await token;
    } catch (error) {
      if (!hasCode(error, 'invalid_target')) throw error;
      throw new LogtoException(
        'invalid_target',
        `Logto does not know the resource ${this.options.management.resource} of the Management API. If \`endpoint\` is ` +
          "a custom domain of Logto Cloud, set `management: { resource: 'https://<tenant>.logto.app/api' }` in the " +
          'options, with the API identifier from Logto Console > API resources.',
        { cause: error },
      );
    }
  }
}

function bearerToken(headers: Headers): string {
  return headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
}

/** Removes the status text from a body. Logto sends it if there is no body, and the client would parse it as JSON. */
async function withoutStatusText(response: Response): Promise<Response> {
  const isText = response.headers.get('content-type')?.startsWith('text/plain') === true;
  if (!isText || (await response.clone().text()) !== response.statusText) return response;
  const headers = new Headers(response.headers);
  headers.set('content-length', '0');
  return new Response(null, { status: response.status, statusText: response.statusText, headers });
}

async function exceptionFor(response: Response): Promise<LogtoException> {
  if (response.status < 500) return new LogtoManagementException(response.status, await bodyOf(response));
  return new LogtoException(
    'provider_unavailable',
    `Logto responded to the Management API request with the HTTP status ${response.status}. Try again shortly.`,
    { status: 503, transient: true },
  );
}

/** The error in a response. A proxy in front of Logto may respond with a page instead. */
async function bodyOf(response: Response): Promise<ManagementErrorBody | undefined> {
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('code' in body)) return undefined;
    const { code, message, data } = body as { code: unknown; message?: unknown; data?: unknown };
    if (typeof code !== 'string' || !/^[\w-]+(\.[\w-]+)+$/.test(code)) return undefined;
    return {
      code: code as ManagementErrorBody['code'],
      message: typeof message === 'string' ? message : code,
      data,
    };
  } catch {
    return undefined;
  }
}
