import { Injectable } from '@nestjs/common';
import { BackChannelLogout } from './back-channel/back-channel-logout.js';
import { RedirectLoopDetector } from './redirect-loop-detector.js';
import { SignIn } from './sign-in.js';
import { SignInCallback } from './sign-in-callback.js';
import { SignOut } from './sign-out.js';

/** What `LogtoService` needs of this folder. An app that only accepts bearer tokens has none of it. */
@Injectable()
export class SignInFlows {
  constructor(
    readonly signIn: SignIn,
    readonly callback: SignInCallback,
    readonly signOut: SignOut,
    readonly redirectLoops: RedirectLoopDetector,
    readonly backChannelLogout: BackChannelLogout,
  ) {}
}
