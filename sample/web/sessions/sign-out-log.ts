import { Injectable, Logger } from '@nestjs/common';
import { LogtoSignOutEvent, OnSignOut } from 'nestjs-logto';

/** Logs each session that has ended, and why: `user`, `revoked` by the page of sessions, `webhook`, … */
@Injectable()
export class SignOutLog {
  private readonly logger = new Logger(SignOutLog.name);

  @OnSignOut()
  ended({ sub, reason }: LogtoSignOutEvent): void {
    this.logger.log(`A session of ${sub} has ended: ${reason}`);
  }
}
