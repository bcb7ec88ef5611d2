import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { LogtoSessions } from '../session/logto-sessions.js';
import { affectedUsers } from './affected-users.js';
import type { LogtoWebhookEvent } from './logto-webhook-event.js';

/** How many users are updated at a time: a webhook may name 10 000. */
const batchSize = 20;

/** Ends the sessions of users who were suspended or deleted at Logto, and refreshes the claims of those who changed. */
@Injectable()
export class EventSessions {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly sessions: LogtoSessions,
  ) {}

  /**
   * Ends or refreshes the sessions of the users of an event.
   * @param request the webhook, which may have the session store of the app
   * @throws LogtoException `session_store_unknown` or `session_store_unavailable`
   */
  async apply(event: LogtoWebhookEvent, request: Request): Promise<void> {
    if (!this.options.client || !this.options.webhooks?.endSessions) return;
    const { signedOut, changed } = affectedUsers(event);
    await Promise.all(signedOut.map((sub) => this.sessions.end({ sub }, { request, reason: 'webhook' })));
    for (let start = 0; start < changed.length; start += batchSize) {
      const batch = changed.slice(start, start + batchSize);
      await Promise.all(batch.map((sub) => this.sessions.refreshClaims({ sub }, request)));
    }
  }
}
