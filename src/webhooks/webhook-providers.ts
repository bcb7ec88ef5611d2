import type { Type } from '@nestjs/common';
import { DeliveredWebhooks } from './delivered-webhooks.js';
import { EventDelivery } from './event-delivery.js';
import { EventHandlers } from './event-handlers.js';
import { EventSessions } from './event-sessions.js';
import { WebhookBodyMiddleware } from './webhook-body.middleware.js';
import { Webhooks } from './webhooks.js';

/** The classes of this folder that Nest creates. */
export const webhookProviders: Type[] = [
  DeliveredWebhooks,
  EventDelivery,
  EventHandlers,
  EventSessions,
  WebhookBodyMiddleware,
  Webhooks,
];
