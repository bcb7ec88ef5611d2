import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import type { TokenTarget } from '../oidc/token-target.js';
import { isLoopback } from '../options/resolve/is-loopback.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { Cooldown } from '../tokens/cooldown.js';
import { MachineTokens } from '../tokens/machine-tokens.js';
import { Tokens } from '../tokens/tokens.js';
import { followRedirects, isReplayable, type RedirectableRequest } from './follow-redirects.js';

/**
 * Options of `LogtoService.fetch`: those of `fetch`, and which access token to send. The option `http.timeout` applies
 * unless you pass a `signal`.
 */
export interface LogtoFetchInit extends RequestInit, TokenTarget {
  /** The indicator of the API resource that the token is for. */
  resource: string;
  /** Whose token: the user's, or the app's own by client credentials. Default: `'user'`. */
  as?: 'user' | 'machine';
  /** With `as: 'machine'`, the scopes to request, separated by spaces. Logto grants no others. Default: none. */
  scope?: string;
}

/** Gets the access token of a call, and a new one if the other server rejects it. */
interface TokenSource {
  get(): Promise<string>;
  renew(rejected: string): Promise<string>;
}

/** Calls other services with an access token of the user, or of the app itself. */
@Injectable()
export class DownstreamFetch {
  /** Tokens that have just replaced a rejected one. If one of them is rejected too, another replacement would not help. */
  private readonly replacements = new Cooldown();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly tokens: Tokens,
    private readonly machineTokens: MachineTokens,
  ) {}

  /** See `LogtoService.fetch`. */
  async fetch(request: Request | undefined, url: string | URL, init: LogtoFetchInit): Promise<Response> {
    const { resource, organizationId, scope, as, ...fetchInit } = init;
    const destination = new URL(url);
    this.assertAllowed(destination, resource);
    const source =
      as === 'machine'
        ? this.machineSource({ resource, organizationId, scope })
        : this.userSource(request, { resource, organizationId });
    const token = await source.get();
    const { response, request: sent } = await this.send(destination, fetchInit, token);
    // After a redirect to another origin, the request has no token that could be rejected.
    const isRejected = response.status === 401 && sent.headers.has('authorization');
    if (!isRejected || !isReplayable(fetchInit.body) || !this.replacements.isOver(token)) return response;
    await response.body?.cancel();
    const replacement = await source.renew(token);
    this.replacements.start(replacement);
    return (await this.send(destination, fetchInit, replacement)).response;
  }

  private userSource(
    request: Request | undefined,
    target: Pick<LogtoFetchInit, 'resource' | 'organizationId'>,
  ): TokenSource {
    if (!request) throw new LogtoUnauthenticatedException();
    return {
      get: async () => (await this.tokens.accessToken(request, target)).token,
      renew: async (rejected) => (await this.tokens.renewAccessToken(request, target, rejected)).token,
    };
  }

  private machineSource(
    parameters: Pick<LogtoFetchInit, 'resource' | 'organizationId' | 'scope'>,
  ): TokenSource {
    return {
      get: () => this.machineTokens.token(parameters),
      renew: (rejected) => this.machineTokens.renewToken(parameters, rejected),
    };
  }

  private async send(
    url: URL,
    init: RequestInit,
    token: string,
  ): Promise<{ response: Response; request: RedirectableRequest }> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    const request = { url, method: (init.method ?? 'GET').toUpperCase(), headers, body: init.body };
    const follows = init.redirect === undefined || init.redirect === 'follow';
    const redirect = follows ? 'manual' : init.redirect;
    const sendOne = ({ url: to, ...parts }: RedirectableRequest): Promise<Response> =>
      this.withTimeout(init, (signal) =>
        this.options.http.fetch(to, { ...init, ...parts, redirect, signal }),
      );
    if (follows) return followRedirects(request, sendOne);
    return { request, response: await sendOne(request) };
  }

  /** Aborts a request without a response in time. The body of the response may take longer. */
  private async withTimeout(
    { signal }: RequestInit,
    call: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> {
    if (signal) return call(signal);
    const { timeout } = this.options.http;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(
        new DOMException(`No response after ${timeout} ms (\`http.timeout\`).`, 'TimeoutError'),
      );
    }, timeout);
    try {
      return await call(controller.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private assertAllowed(url: URL, resource: unknown): void {
    if (typeof resource !== 'string') {
      throw new LogtoException(
        'invalid_options',
        "`LogtoService.fetch` needs a `resource`, whose access token it sends: { resource: 'https://api.example.com' }.",
      );
    }
    if (url.origin === originOf(resource) || this.options.downstream.includes(url.origin)) return;
    throw new LogtoException(
      'downstream_not_allowed',
      `The access token for ${resource} is not sent to ${url.origin}, which is another origin. If that server may ` +
        `have the token, add \`downstream: ['${url.origin}']\` to the options.`,
    );
  }
}

/** The origin of a resource indicator. A token is only sent unencrypted if `downstream` lists the origin. */
function originOf(resource: string): string | undefined {
  if (!URL.canParse(resource)) return undefined;
  const { protocol, hostname, origin } = new URL(resource);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)) ? origin : undefined;
}
