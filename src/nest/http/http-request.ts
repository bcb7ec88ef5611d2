import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';
import type { Request, Response } from 'express';

/** The part of a Fastify request that differs from Express's. */
interface FastifyRequest extends Request {
  readonly raw?: IncomingMessage;
}

/** The part of a Fastify reply that this library uses. */
interface FastifyReply {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  code(status: number): unknown;
  header(name: string, value: number | string | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  hasHeader(name: string): boolean;
  type(contentType: string): unknown;
  send(body?: string): unknown;
}

/**
 * The request of an HTTP execution, in the form of an Express request. A Fastify request has most of it: this adds
 * `rawHeaders`, and `res` with what this library calls on a response.
 *
 * Undocumented: only Fastify's requests have `raw`, and they have no `res`. This can go when a request tells its adapter
 * and its response.
 */
export function httpRequestOf(host: ArgumentsHost): Request {
  const http = host.switchToHttp();
  const request = http.getRequest<FastifyRequest>();
  // Express sets `res`. Only Fastify has `raw`.
  if (request.res || !request.raw) return request;
  const { rawHeaders } = request.raw;
  const reply = http.getResponse<FastifyReply>();
  Object.defineProperties(request, {
    rawHeaders: { value: rawHeaders, configurable: true },
    res: { value: new FastifyResponse(reply), configurable: true },
  });
  return request;
}

/** A Fastify reply in the form of an Express response. */
class FastifyResponse implements Pick<Response, 'headersSent' | 'writableFinished' | 'destroyed'> {
  constructor(private readonly reply: FastifyReply) {}

  get headersSent(): boolean {
    return this.reply.sent || this.reply.raw.headersSent;
  }

  get writableFinished(): boolean {
    return this.reply.raw.writableFinished;
  }

  get destroyed(): boolean {
    return this.reply.raw.destroyed;
  }

  hasHeader(name: string): boolean {
    return this.reply.hasHeader(name);
  }

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.reply.header(name, value);
    return this;
  }

  /** Adds a name to the `Vary` header, unless it is there. */
  vary(name: string): this {
    const present = [this.reply.getHeader('Vary') ?? []].flat().join(', ');
    const names = present.split(/\s*,\s*/).map((one) => one.toLowerCase());
    if (!names.includes('*') && !names.includes(name.toLowerCase()))
      this.reply.header('Vary', present === '' ? name : `${present}, ${name}`);
    return this;
  }

  status(status: number): this {
    this.reply.code(status);
    return this;
  }

  type(type: string): this {
    this.reply.type(type === 'html' ? 'text/html; charset=utf-8' : type);
    return this;
  }

  send(body: string): this {
    this.reply.send(body);
    return this;
  }

  end(): this {
    if (this.headersSent) this.reply.raw.end();
    else this.reply.send();
    return this;
  }

  once(event: string, listener: () => void): this {
    this.reply.raw.once(event, listener);
    return this;
  }
}
