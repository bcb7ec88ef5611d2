import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { LogtoException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { PatchedStores } from '../store/patched-stores.js';
import { SessionMount } from './session-mount.js';
import { Sessions } from './sessions.js';
import { signInClient } from './sign-in-client.js';

/** Finds the session store for code that runs outside of a user's request, such as a webhook. */
@Injectable()
export class SessionStoreLocator {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly mount: SessionMount,
    private readonly sessions: Sessions,
    private readonly stores: PatchedStores,
  ) {}

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
    return ofRequest ?? this.mount.store ?? this.sessions.lastStore;
  }

  /** Whether the store has emitted `disconnect`: express-session then gives requests no session. */
  get isDisconnected(): boolean {
    const store = this.find();
    return store !== undefined && this.sessions.isDisconnected(store);
  }
}
