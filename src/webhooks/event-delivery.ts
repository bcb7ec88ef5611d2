import { inspect } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { describeThrown } from '../hooks/hook-exceptions.js';
import { LogtoException } from '../logto.exceptions.js';
import { settlesWithin } from '../concurrency/settles-within.js';
import { OperatorLog } from '../operator-log.js';
import { EventHandlers } from './event-handlers.js';
import { EventSessions } from './event-sessions.js';
import type { LogtoWebhookEvent } from './logto-webhook-event.js';

/** What logs and errors call the module's own part. */
const ownName = 'LogtoModule, which ends and refreshes sessions,';

/** Passes an event to the app's handlers and to the sessions. */
@Injectable()
export class EventDelivery {
  /** How long to wait for handlers before responding, in milliseconds. Logto times out after 10 seconds. */
  deadline = 8000;

  constructor(
    private readonly handlers: EventHandlers,
    private readonly sessions: EventSessions,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Returns when everything has finished, or at the deadline. Slower handlers continue, and only the log shows if they
   * fail. The sessions have to be finished, because a suspended user must not stay signed in.
   * @throws LogtoException `webhook_failed`, so that Logto sends the event again
   */
  async deliver(event: LogtoWebhookEvent, request: Request): Promise<void> {
    const failed: string[] = [];
    const attempt = async (name: string, run: () => Promise<void>): Promise<void> => {
      try {
        await run();
      } catch (error) {
        failed.push(name);
        this.logFailure(name, event, error);
      }
    };
    let areSessionsDone = false;
    const sessions = attempt(ownName, () => this.sessions.apply(event, request)).then(() => {
      areSessionsDone = true;
    });
    const handlers = this.handlers
      .for(event)
      .map((handler) => attempt(handler.name, () => handler.run(event)));
    await settlesWithin(Promise.all([sessions, ...handlers]), this.deadline);
    if (!areSessionsDone) failed.push(ownName);
    if (failed.length > 0) throw webhookFailed(event, failed);
  }

  private logFailure(name: string, { event }: LogtoWebhookEvent, error: unknown): void {
    const cause = describeThrown(error);
    this.log.write('error', `${name} failed for the webhook ${event}.`, {
      key: `${name} ${event} ${cause.name} ${cause.message}`,
      details: inspect(cause, { depth: 5 }),
    });
  }
}

function webhookFailed({ event }: LogtoWebhookEvent, failed: readonly string[]): LogtoException {
  return new LogtoException(
    'webhook_failed',
    `The webhook ${event} failed in ${failed.join(' and ')}. See the log for the error.`,
    { transient: true, publicMessage: 'The webhook could not be processed.' },
  );
}
