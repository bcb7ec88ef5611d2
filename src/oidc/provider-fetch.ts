import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { ProviderClock } from './errors/provider-clock.js';

/** Longest answer that is read, in bytes: a provider's answers are a few kilobytes. */
const maxAnswerBytes = 1024 * 1024;

/** Says in a request's body which kept answer is its own. It is taken out before the request is sent. */
const keptParameter = 'nestjs-logto-kept-answer';

/** The first answer to a grant, kept so that the very same answer can be validated a second time. */
export interface KeptAnswer {
  /** What the grant's requests have to carry. */
  readonly parameters: Readonly<Record<string, string>>;
  bytes?: ArrayBuffer;
  init?: ResponseInit;
}

/**
 * The `fetch` of every call to Logto: bounds the answer's size, never follows a redirect, and swaps the
 * origin where this server reaches Logto at another address than browsers do.
 */
@Injectable()
export class ProviderFetch {
  readonly clock = new ProviderClock();
  /* By name: with an AsyncLocalStorage every promise of the app would cost more from the first sign-in on. */
  private readonly kept = new Map<string, KeptAnswer>();
  private readonly publicOrigin: string;

  constructor(private readonly options: ResolvedLogtoOptions) {
    this.publicOrigin = new URL(options.endpoint).origin;
  }

  /** The signature that openid-client and jose call. */
  readonly fetch = async (url: string, init?: RequestInit): Promise<Response> => {
    const kept = this.keptFor(init?.body);
    if (kept?.bytes) return new Response(kept.bytes.slice(0), kept.init);

    const signal = init?.signal ?? AbortSignal.timeout(this.options.http.timeout);
    const [response, bytes] = await unlessAborted(signal, async () => {
      const sentAt = Date.now();
      const answer = await this.options.http.fetch(this.reachable(url), {
        ...init,
        redirect: 'manual',
        signal,
      });
      this.clock.learn(answer.headers, sentAt);
      return [answer, await readBounded(answer)] as const;
    });
    const answerInit = {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    };
    if (kept && response.status === 200) {
      kept.bytes = bytes;
      kept.init = answerInit;
    }
    const nullBody = [204, 205, 304].includes(response.status);
    // An opaque redirect has status 0, which no Response can be made with.
    if (response.status < 200) return response;
    return new Response(nullBody ? null : bytes.slice(0), answerInit);
  };

  /**
   * Runs `fn`, in which every grant with the given parameters after the first is answered with the first's answer:
   * a code or a refresh token is spent by the first use, so what is validated again has to be the same answer.
   */
  async keepingAnswer<T>(fn: (kept: KeptAnswer) => Promise<T>): Promise<T> {
    const name = randomUUID();
    const kept: KeptAnswer = { parameters: { [keptParameter]: name } };
    this.kept.set(name, kept);
    try {
      return await fn(kept);
    } finally {
      this.kept.delete(name);
    }
  }

  /** The refresh token in the kept answer, for when the answer turns out to be worth nothing else. */
  keptRefreshToken({ bytes }: KeptAnswer): string | undefined {
    if (!bytes) return undefined;
    try {
      const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
      const token = typeof answer === 'object' && answer && 'refresh_token' in answer && answer.refresh_token;
      return typeof token === 'string' && token !== '' ? token : undefined;
    } catch {
      return undefined;
    }
  }

  private keptFor(body: unknown): KeptAnswer | undefined {
    const name = body instanceof URLSearchParams ? body.get(keptParameter) : null;
    if (name === null) return undefined;
    (body as URLSearchParams).delete(keptParameter);
    return this.kept.get(name);
  }

  private reachable(url: string): string {
    const { internalOrigin } = this.options.http;
    if (internalOrigin === undefined) return url;
    const parsed = new URL(url);
    if (parsed.origin !== this.publicOrigin) return url;
    return `${internalOrigin}${parsed.pathname}${parsed.search}`;
  }
}

/** An app's own `fetch` may know of no signal, and must not make a request wait for ever. */
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

async function readBounded(response: Response): Promise<ArrayBuffer> {
  if (!response.body) return new ArrayBuffer(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    // Leaving the loop cancels the stream, so the rest is not downloaded.
    if (length > maxAnswerBytes)
      throw new RangeError(`The provider's answer is larger than ${maxAnswerBytes} bytes.`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes.buffer;
}
