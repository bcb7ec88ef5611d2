import type { HttpExchange } from '../http/http-exchange.js';
import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { SigningKeys } from '../provider/signing-keys.js';
import type { ManagementResponse } from './management-response.js';
import { authenticate } from './authenticate.js';
import { Directory, type DirectoryParts } from './directory.js';
import { ManagementCall } from './management-call.js';
import { ManagementError } from './management-error.js';
import { managementRoutes } from './management-routes.js';

/** The parts of the emulator that the Management API needs. */
export interface ManagementEnvironment extends DirectoryParts {
  issuer: () => string;
  signing: () => SigningKeys | undefined;
}

interface Route {
  method: string;
  pattern: RegExp;
  handler: (call: ManagementCall) => ManagementResponse;
}

const routes: Route[] = Object.entries<(call: ManagementCall) => ManagementResponse>(managementRoutes).map(
  ([name, handler]) => {
    const [method = '', path = ''] = name.split(' ');
    const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    return { method, pattern, handler };
  },
);

/**
 * The part of Logto's Management API that applications use most.
 *
 * @see {@link https://openapi.logto.io}
 */
export class ManagementApi {
  private readonly directory: Directory;

  constructor(private readonly environment: ManagementEnvironment) {
    this.directory = new Directory(environment);
  }

  async handle(exchange: HttpExchange): Promise<void> {
    const { req } = exchange;
    try {
      await authenticate(req.headers.authorization, this.environment.issuer(), this.environment.signing());
      respond(exchange, this.dispatch(exchange));
    } catch (error) {
      if (!(error instanceof ManagementError)) throw error;
      const { status, code, message, data } = error;
      respond(exchange, { status, body: { code, message, ...(data !== undefined && { data }) } });
    }
  }

  private dispatch(exchange: HttpExchange): ManagementResponse {
    const { req, path } = exchange;
    const url = new URL(req.url ?? '/', this.environment.issuer());
    for (const { method, pattern, handler } of routes) {
      const match = req.method === method ? pattern.exec(path) : null;
      if (match) {
        const parameters = Object.entries(match.groups ?? {}).map(([name, value]) => [
          name,
          decodeURIComponent(value),
        ]);
        const call = new ManagementCall(this.directory, url, Object.fromEntries(parameters), () =>
          parseJson(exchange),
        );
        return asManagementErrors(() => handler(call));
      }
    }
    throw new ManagementError(
      404,
      'emulator.not_supported',
      `The emulator does not have ${req.method} ${path}.`,
    );
  }
}

/** Turns an error of the emulator's own checks, of a role for example, into a 400. */
function asManagementErrors(handler: () => ManagementResponse): ManagementResponse {
  try {
    return handler();
  } catch (error) {
    throw error instanceof LogtoEmulatorError
      ? new ManagementError(400, 'guard.invalid_input', error.message)
      : error;
  }
}

function parseJson({ body }: HttpExchange): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function respond(exchange: HttpExchange, { status, body, headers }: ManagementResponse): void {
  if (status === 204) {
    exchange.respond(status, {});
  } else if (body === undefined) {
    exchange.respond(status, { 'content-type': 'text/plain; charset=utf-8' }, 'Created');
  } else {
    const contentType = { 'content-type': 'application/json; charset=utf-8' };
    exchange.respond(status, { ...contentType, ...headers }, JSON.stringify(body));
  }
}
