import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../bounded-cache.js';
import { hasSubscribers, publish } from '../events/publish.js';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { describeThrown, hookException, hookTimeout } from './hook-exceptions.js';
import type { HookKind } from './hook-metadata.js';
import type { HookHandler } from './hook-provider.js';
import { HookRegistry } from './hook-registry.js';
import type { LogtoSignInFailedEvent } from './on-sign-in-failed.decorator.js';
import type { LogtoSignInEvent } from './on-sign-in.decorator.js';
import type { LogtoSignOutEvent } from './on-sign-out.decorator.js';
import type { LogtoTokenRefreshEvent } from './on-token-refresh.decorator.js';
import { withTimeout } from '../concurrency/with-timeout.js';

/** Runs the hooks of the app, one after the other in the order of Nest's providers. */
@Injectable()
export class Hooks {
  private readonly ended = new BoundedCache<true>({ max: 10_000 });
  private readonly failures = new WeakSet<LogtoException>();

  constructor(
    private readonly registry: HookRegistry,
    private readonly options: ResolvedLogtoOptions,
    private readonly log: OperatorLog,
  ) {}

  /** Whether the app has such a hook, or a subscriber for it. Without one, no event has to be prepared. */
  has(kind: HookKind): boolean {
    const isPublished = kind === 'signOut' && hasSubscribers('nestjs-logto:session-ended');
    return isPublished || this.registry.handlersOf(kind).length > 0;
  }

  /**
   * Runs `@OnSignIn()`, each with its own copy of the event.
   * @throws LogtoException `sign_in_refused`, `hook_failed` or `hook_timeout`
   */
  async signIn(event: LogtoSignInEvent): Promise<void> {
    for (const handler of this.registry.handlersOf('signIn')) {
      try {
        await this.call(handler, { ...event });
      } catch (error) {
        throw hookException(handler.name, error, 'sign_in_refused');
      }
    }
  }

  /**
   * Runs `@OnSignOut()`, once for each sign-in. Never throws.
   * @param tokenRecordId the ID of the sign-in's token record
   */
  async signOut(tokenRecordId: string, event: LogtoSignOutEvent): Promise<void> {
    if (!this.has('signOut') || this.ended.has(tokenRecordId)) return;
    this.ended.set(tokenRecordId, true);
    const { sub, sid, reason } = event;
    publish('nestjs-logto:session-ended', () => ({ sub, sid, reason }));
    await this.notify('signOut', event);
  }

  /** Runs `@OnTokenRefresh()`. Never throws. */
  async tokenRefresh(event: LogtoTokenRefreshEvent): Promise<void> {
    await this.notify('tokenRefresh', event);
  }

  /** Runs `@OnSignInFailed()`, once for each failure, which a repeated callback shares. Never throws. */
  async signInFailed(event: LogtoSignInFailedEvent): Promise<void> {
    if (this.failures.has(event.error)) return;
    this.failures.add(event.error);
    await this.notify('signInFailed', event);
  }

  private async notify(kind: HookKind, event: object): Promise<void> {
    for (const handler of this.registry.handlersOf(kind)) {
      try {
        await this.call(handler, { ...event });
      } catch (error) {
        const { message, name, stack } = describeThrown(error);
        this.log.write('error', `${handler.name} has failed: ${message}`, {
          key: `${handler.name} ${name}`,
          details: stack,
        });
      }
    }
  }

  private async call(handler: HookHandler, event: object): Promise<void> {
    const { hookTimeout: timeout } = this.options;
    await withTimeout(
      () => handler.call(event),
      timeout,
      () => hookTimeout(handler.name, timeout),
    );
  }
}
