import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { OnLogtoEvent, type LogtoWebhookEvent } from 'nestjs-logto';
import { asInMain, startApp, type TestApp } from '../support/app/app.js';
import { startIssuer } from '../support/logto/issuer.js';
import { leaks } from '../support/runner/leaks.js';
import { signatureOf, signingKey, webhookBody } from './support/send-webhook.js';

const issuer = await startIssuer();
const received: string[] = [];

@Injectable()
class Listener {
  @OnLogtoEvent()
  keep({ event }: LogtoWebhookEvent): void {
    received.push(event);
  }
}

let app: TestApp;

beforeEach(async () => {
  received.length = 0;
  app = await startApp({
    issuer,
    providers: [Listener],
    logto: { webhooks: { signingKey } },
    create: asInMain,
  });
});

const body = webhookBody('User.Created');

function post(headers: OutgoingHttpHeaders, signature = signatureOf(body)): ClientRequest {
  return httpRequest(`${app.baseUrl}/logto/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'logto-signature-sha-256': signature, ...headers },
  });
}

async function statusOf(request: ClientRequest): Promise<number | undefined> {
  const [response] = (await once(request, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe('The body of a webhook', () => {
  it('may come in chunks, without a length', async () => {
    const request = post({ 'transfer-encoding': 'chunked' });
    const status = statusOf(request);
    for (const part of [body.slice(0, 5), body.slice(5)]) {
      await new Promise((resolve) => request.write(part, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.end();
    expect(await status).toBe(204);
    expect(received).toEqual(['User.Created']);
  });

  it('is rejected as soon as its chunks are larger than 1 MB', async () => {
    const request = post({ 'transfer-encoding': 'chunked' });
    const status = statusOf(request);
    request.write('x'.repeat(1024 * 1024 + 1));
    expect(await status).toBe(413);
    request.destroy();
  });

  it.each([
    ['signed as it was before', 401, signatureOf(body)],
    ['signed as it is sent', 400, undefined],
  ])('is not unpacked if it is compressed and %s', async (_case, expected, signature) => {
    const packed = gzipSync(body);
    const own = createHmac('sha256', signingKey).update(packed).digest('hex');
    const request = post({ 'content-encoding': 'gzip' }, signature ?? own);
    request.end(packed);
    expect(await statusOf(request)).toBe(expected);
    expect(received).toEqual([]);
  });

  it('that ends early runs nothing, and the log does not call it too large', async () => {
    const request = post({ 'content-length': String(body.length) });
    request.on('error', () => undefined);
    const server = app.app.getHttpServer();
    const arrived = once(server, 'request');
    await new Promise((resolve) => request.write(body.slice(0, 20), resolve));
    const [incoming] = (await arrived) as [IncomingMessage];
    const closed = new Promise((resolve) => incoming.once('close', resolve));
    request.destroy();
    await closed;
    await new Promise((resolve) => setImmediate(resolve));

    expect(received).toEqual([]);
    expect(leaks.logged.join('\n')).not.toContain('larger than 1 MB');
  });
});
