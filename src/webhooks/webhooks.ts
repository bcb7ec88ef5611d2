import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoWebhookTrace } from '../events/logto-traces.js';
import { trace } from '../events/trace.js';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { DeliveredWebhooks } from './delivered-webhooks.js';
import { EventDelivery } from './event-delivery.js';
import type { LogtoWebhookEvent } from './logto-webhook-event.js';
import { WebhookBodyMiddleware } from './webhook-body.middleware.js';
import { isSignedBy, signatureHeader } from './webhook-signature.js';

/** Receives webhooks: checks the signature, reads the event and delivers it. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly bodies: WebhookBodyMiddleware,
    private readonly deliveries: DeliveredWebhooks,
    private readonly delivery: EventDelivery,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Receives a webhook.
   * @throws LogtoException `webhook_signature_invalid`, 401; `webhook_invalid`, 400 or 413; `webhook_failed`, 500
   */
  receive(request: Request): Promise<void> {
    return trace(
      'nestjs-logto:webhook',
      () => ({}),
      (event) => this.deliver(request, event),
    );
  }

  private async deliver(request: Request, traced?: LogtoWebhookTrace): Promise<void> {
    const body = this.bodies.takeBody(request);
    const signature = this.verifiedSignature(request, body);
    const event = this.eventIn(body);
    if (traced) traced.event = event.event;
    await this.deliveries.once(request, signature, () => this.delivery.deliver(event, request));
  }

  private verifiedSignature(request: Request, body: Buffer): string {
    const header = request.headers[signatureHeader];
    const signature = typeof header === 'string' ? header.toLowerCase() : undefined;
    if (signature === undefined) {
      throw this.rejection('webhook_signature_invalid', `It has no header ${signatureHeader}. ${noSigner}`);
    }
    if (!isSignedBy(this.options.webhooks?.signingKeys ?? [], body, signature)) {
      throw this.rejection('webhook_signature_invalid', `Its signature is wrong. ${wrongKey}`);
    }
    return signature;
  }

  private eventIn(body: Buffer): LogtoWebhookEvent {
    const payload = parse(body);
    if (isEvent(payload)) return payload;
    throw this.rejection(
      'webhook_invalid',
      'It is signed, but it is not JSON with an `event`, as Logto sends it. Check who else has the signing key.',
    );
  }

  private rejection(code: 'webhook_signature_invalid' | 'webhook_invalid', reason: string): LogtoException {
    const exception = new LogtoException(code, `A webhook was rejected. ${reason}`, {
      status: code === 'webhook_invalid' ? 400 : 401,
      publicMessage: 'The webhook is invalid.',
    });
    this.log.exception(exception, 'warn');
    return exception;
  }
}

const noSigner = 'Only Logto should call this endpoint: check that no proxy removes headers.';

const wrongKey =
  'Copy the signing key from Logto Console > Webhooks > your webhook into `webhooks.signingKey`; while you replace it, ' +
  'list both keys. If the key is right, a proxy changes the body, or Logto has not sent it.';

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isEvent(payload: unknown): payload is LogtoWebhookEvent {
  const { event } = (payload ?? {}) as { event?: unknown };
  return typeof event === 'string' && event !== '';
}
