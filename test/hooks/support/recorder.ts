import { Injectable } from '@nestjs/common';
import {
  OnSignIn,
  OnSignInFailed,
  OnSignOut,
  OnTokenRefresh,
  LogtoSignInEvent,
  LogtoSignInFailedEvent,
  LogtoSignOutEvent,
  LogtoTokenRefreshEvent,
} from 'nestjs-logto';

/** Records the events of all hooks, and runs `act` in each of them. */
@Injectable()
export class Recorder {
  readonly signIns: LogtoSignInEvent[] = [];
  readonly signOuts: LogtoSignOutEvent[] = [];
  readonly refreshes: LogtoTokenRefreshEvent[] = [];
  readonly failures: LogtoSignInFailedEvent[] = [];
  /** What a hook does. A spec sets it. */
  act: (hook: 'signIn' | 'signOut' | 'tokenRefresh' | 'signInFailed') => unknown = () => undefined;

  @OnSignIn()
  onSignIn(event: LogtoSignInEvent): unknown {
    this.signIns.push(event);
    return this.act('signIn');
  }

  @OnSignOut()
  onSignOut(event: LogtoSignOutEvent): unknown {
    this.signOuts.push(event);
    return this.act('signOut');
  }

  @OnTokenRefresh()
  onTokenRefresh(event: LogtoTokenRefreshEvent): unknown {
    this.refreshes.push(event);
    return this.act('tokenRefresh');
  }

  @OnSignInFailed()
  onSignInFailed(event: LogtoSignInFailedEvent): unknown {
    this.failures.push(event);
    return this.act('signInFailed');
  }

  /** Clears the recorded events. */
  reset(): void {
    for (const events of [this.signIns, this.signOuts, this.refreshes, this.failures]) events.length = 0;
    this.act = () => undefined;
  }
}

/** A hook that never finishes. */
export const hang = (): Promise<never> => new Promise(() => undefined);
