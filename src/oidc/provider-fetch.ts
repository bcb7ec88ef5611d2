import { AsyncLocalStorage } from 'node:async_hooks';
import type { ResolvedLogtoOptions } from '../logto.options-resolved.js';

/** Longest answer that is read, in bytes: a provider's answers are a few kilobytes. */
const maxAnswerBytes = 1024 * 1024;

/** The first answer to a POST, kept so that the very same answer can be validated a second time. */
interface KeptAnswer {
  bytes?: ArrayBuffer;
  init?: ResponseInit;
}

/**
 * The `fetch` of every call to Logto: bounds the answer's size, never follows a redirect, and swaps the
 * origin where this server reaches Logto at another address than browsers do.
 */
export class ProviderFetch {
  private readonly kept = new AsyncLocalStorage<KeptAnswer>();
  private readonly publicOrigin: string;

  constructor(private readonly options: Pick<ResolvedLogtoOptions, 'endpoint' | 'http'>) {
    this.publicOrigin = new URL(options.endpoint).origin;
  }

  /** The signature that openid-client and jose call. */
  readonly fetch = async (url: string, init?: RequestInit): Promise<Response> => {
    const kept = init?.method === 'POST' ? this.kept.getStore() : undefined;
    if (kept?.bytes) return new Response(kept.bytes.slice(0), kept.init);

    const response = await this.options.http.fetch(this.reachable(url), {
      ...init,
      redirect: 'manual',
      signal: init?.signal ?? AbortSignal.timeout(this.options.http.timeout),
    });
    const bytes = await readBounded(response);
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
   * Runs `fn`, in which every POST after the first is answered with the first's answer: a code or a refresh
   * token is spent by the first use, so what is validated again has to be the same answer.
   */
  keepingAnswer<T>(fn: () => Promise<T>): Promise<T> {
    return this.kept.run({}, fn);
  }

  /** The refresh token in the kept answer, for when the answer turns out to be worth nothing else. */
  keptRefreshToken(): string | undefined {
    const bytes = this.kept.getStore()?.bytes;
    if (!bytes) return undefined;
    try {
      const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
      const token = typeof answer === 'object' && answer && 'refresh_token' in answer && answer.refresh_token;
      return typeof token === 'string' && token !== '' ? token : undefined;
    } catch {
      return undefined;
    }
  }

  private reachable(url: string): string {
    const { internalOrigin } = this.options.http;
    if (internalOrigin === undefined) return url;
    const parsed = new URL(url);
    if (parsed.origin !== this.publicOrigin) return url;
    return `${internalOrigin}${parsed.pathname}${parsed.search}`;
  }
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
