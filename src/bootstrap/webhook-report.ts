import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { EventHandlers } from '../webhooks/event-handlers.js';
import { sessionEvents } from '../webhooks/affected-users.js';

/** Logs at startup which webhook to create at Logto. */
@Injectable()
export class WebhookReport implements OnApplicationBootstrap {
  private readonly logger = new Logger('LogtoModule');

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly handlers: EventHandlers,
  ) {}

  onApplicationBootstrap(): void {
    const { webhooks, client, endpoint } = this.options;
    if (!webhooks) {
      this.warnAboutHandlers();
      return;
    }
    this.logger.log(
      `Create a webhook at ${endpoint}:\n` +
        `  endpoint URL           ${client?.baseUrl ?? 'the address of this API, then '}/${webhooks.path}\n` +
        `  events                 ${this.events(webhooks.endSessions && client !== undefined)}`,
    );
  }

  private events(endSessions: boolean): string {
    const handled = this.handlers.all.map(({ events }) => events);
    const named = handled.filter((events) => events !== 'all').flat();
    const names = [...new Set([...(endSessions ? sessionEvents : []), ...named])];
    if (handled.includes('all')) return ['all that you want to handle', ...names].join(', ');
    return names.join(', ') || 'none: no method has @OnLogtoEvent()';
  }

  /** Warns about handlers that never run, because nothing else would show it. */
  private warnAboutHandlers(): void {
    const names = this.handlers.all.map(({ name }) => name);
    if (names.length === 0) return;
    this.logger.warn(
      `No webhooks arrive for ${names.join(', ')}: LogtoModule has no signing key. Give it ` +
        '`webhooks: { signingKey }` (LOGTO_WEBHOOK_SIGNING_KEY with logtoOptionsFromEnv).',
    );
  }
}
