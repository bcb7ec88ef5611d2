import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { describeRequest } from '../events/describe-request.js';
import { trace } from '../events/trace.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ProviderClock } from './calls/provider-clock.js';
import { ResponseTooLargeError } from './errors/response-too-large-error.js';

/** The maximum size of a response by default, in bytes. Logto's have a few kilobytes. */
const maxResponseBytes = 1024 * 1024;

/** A parameter that assigns a request to its {@link ReplayedResponse}. It is not sent. */
const replayParameter = 'nestjs-logto-replay';

/** The first response to a grant, which further requests of the same grant get again. */
export interface ReplayedResponse {
  /** What the requests of the grant must have in their body. */
  readonly parameters: Readonly<Record<string, string>>;
  bytes?: ArrayBuffer;
  init?: ResponseInit;
}

/**
 * The `fetch` of all requests to Logto. It limits the size of responses, does not follow redirects, and replaces the
 * origin if there is an `internalEndpoint`.
 */
@Injectable()
export class ProviderFetch {
  // Not an AsyncLocalStorage, which would make every promise of the app slower after the first sign-in.
  private readonly replays = new Map<string, ReplayedResponse>();
  private readonly publicOrigin: string;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly clock: ProviderClock,
  ) {
    this.publicOrigin = new URL(options.endpoint).origin;
  }

  /**
   * Sends a request to Logto. Has the signature that openid-client and jose expect.
   * @param maxBytes the maximum size of the response
   */
  readonly fetch = async (
    url: string,
    init?: RequestInit,
    maxBytes = maxResponseBytes,
  ): Promise<Response> => {
    const replayed = this.takeReplay(init?.body);
    if (replayed?.bytes) return new Response(replayed.bytes.slice(0), replayed.init);

    const signal = init?.signal ?? AbortSignal.timeout(this.options.http.timeout);
    const target = this.internalUrl(url);
    const [response, bytes] = await trace(
      'nestjs-logto:provider-request',
      () => describeRequest(target, init),
      (event) =>
        unlessAborted(signal, async () => {
          const sentAt = Date.now();
          const received = await this.options.http.fetch(target, { ...init, redirect: 'manual', signal });
          if (event) event.status = received.status;
          this.clock.measure(received.headers, sentAt);
          return [received, await readBounded(received, maxBytes)] as const;
        }),
    );
    const responseInit = {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    };
    if (replayed && response.status === 200) {
      replayed.bytes = bytes;
      replayed.init = responseInit;
    }
    const nullBody = [204, 205, 304].includes(response.status);
    // An opaque redirect has the status 0, which the constructor of Response does not accept.
    if (response.status < 200) return response;
    return new Response(nullBody ? null : bytes.slice(0), responseInit);
  };

  /**
   * Runs `fn`, in which a grant can be validated several times. All its requests get the response to the first one,
   * because a code or a refresh token cannot be used twice.
   */
  async withReplay<T>(fn: (replayed: ReplayedResponse) => Promise<T>): Promise<T> {
    const id = randomUUID();
    const replayed: ReplayedResponse = { parameters: { [replayParameter]: id } };
    this.replays.set(id, replayed);
    try {
      return await fn(replayed);
    } finally {
      this.replays.delete(id);
    }
  }

  /** The refresh token in a response, which may have failed validation. */
  refreshTokenIn({ bytes }: ReplayedResponse): string | undefined {
    if (!bytes) return undefined;
    try {
      const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
      const token = typeof body === 'object' && body && 'refresh_token' in body && body.refresh_token;
      return typeof token === 'string' && token !== '' ? token : undefined;
    } catch {
      return undefined;
    }
  }

  private takeReplay(body: unknown): ReplayedResponse | undefined {
    const id = body instanceof URLSearchParams ? body.get(replayParameter) : null;
    if (id === null) return undefined;
    (body as URLSearchParams).delete(replayParameter);
    return this.replays.get(id);
  }

  private internalUrl(url: string): string {
    const { internalOrigin } = this.options.http;
    if (internalOrigin === undefined) return url;
    const parsed = new URL(url);
    if (parsed.origin !== this.publicOrigin) return url;
    return `${internalOrigin}${parsed.pathname}${parsed.search}`;
  }
}

/** Runs `work`, and rejects when the signal aborts, because a custom `fetch` may ignore the signal. */
function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

async function readBounded(response: Response, maxBytes: number): Promise<ArrayBuffer> {
  if (!response.body) return new ArrayBuffer(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    // Throwing cancels the stream, so the rest is not downloaded.
    if (length > maxBytes) throw new ResponseTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}
