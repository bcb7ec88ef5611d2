import { Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { PatchedStores } from '../store/patched-stores.js';
import { SessionMount } from './session-mount.js';
import { sessionWarnings } from './session-warnings.js';
import { signInClient } from './sign-in-client.js';

/**
 * Knows the session stores of the app, and finds one for code that runs outside of a user's request, such as a webhook.
 * The store of a session that the app mounts is only known from its first request.
 */
@Injectable()
export class SessionStoreLocator {
  private readonly logger = new Logger('LogtoModule');
  private lastStore: Store | undefined;
  private readonly seen = new WeakSet<Store>();
  private readonly disconnected = new Set<Store>();
  private path: string | undefined;

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly mount: SessionMount,
    private readonly stores: PatchedStores,
  ) {
    const cookie = options.session?.cookie;
    if (typeof cookie === 'object') this.path = cookie.path;
    if (mount.store) this.watchConnection(mount.store);
  }

  /** Registers the store of a request with a session, with warnings about its setup. An app may have several stores. */
  register(request: Request): void {
    const store = request.sessionStore;
    if (store === this.lastStore) return;
    this.lastStore = store;
    this.path = request.session.cookie.path ?? undefined;
    this.stores.patch(store);
    if (this.seen.has(store)) return;
    this.seen.add(store);
    if (store !== this.mount.store) this.watchConnection(store);
    for (const warning of sessionWarnings(this.options, request)) this.logger.warn(warning);
  }

  /**
   * The store.
   * @param request any request of the app; without one, the store of an app that mounts its own session is only known
   * after the first request
   * @throws LogtoException `session_store_unknown` or `session_not_configured`
   */
  require(request?: Request): Store {
    signInClient(this.options);
    const store = this.find(request);
    if (!store) {
      throw new LogtoException(
        'session_store_unknown',
        'The session store is not known yet: the app mounts its own session, and no request has used it. Pass a ' +
          'request, or let the module mount the session with the option `session`.',
      );
    }
    this.stores.patch(store);
    return store;
  }

  /** The store, if it is known already; `undefined` in an app without sessions. */
  find(request?: Request): Store | undefined {
    const ofRequest = request?.sessionStore as Store | undefined;
    return ofRequest ?? this.mount.store ?? this.lastStore;
  }

  /** Whether the store has emitted `disconnect`: express-session then gives requests no session. */
  get isDisconnected(): boolean {
    const store = this.find();
    return store !== undefined && this.disconnected.has(store);
  }

  /** The path of the session cookie, as far as it is known. */
  get cookiePath(): string | undefined {
    return this.path;
  }

  private watchConnection(store: Store): void {
    store.on('disconnect', () => this.disconnected.add(store));
    store.on('connect', () => this.disconnected.delete(store));
  }
}
