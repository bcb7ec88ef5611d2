import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { userNotAllowed } from '../hooks/hook-exceptions.js';
import type { LocalUser } from '../hooks/local-user.js';
import { LocalUsers } from '../hooks/local-users.js';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import type { SessionRecord } from '../store/session-record.js';

/** Keeps the app's own user in a session up to date with the claims. */
@Injectable()
export class SessionLocalUsers {
  constructor(
    private readonly localUsers: LocalUsers,
    private readonly log: OperatorLog,
  ) {}

  /**
   * The record with the local user for its claims. If the resolver fails, the old local user stays, and the record is marked
   * for another attempt.
   * @param record a record with refreshed claims
   * @throws LogtoException `user_not_allowed` if the resolver returns `null`
   */
  async update(request: Request, record: SessionRecord): Promise<SessionRecord> {
    if (!this.localUsers.hasResolver) return record;
    const { isLocalUserStale: _wasStale, ...fresh } = record;
    let localUser: LocalUser | null | undefined;
    try {
      localUser = await this.localUsers.find(record.claims, { credential: 'session', request });
    } catch (error) {
      if (!(error instanceof LogtoException)) throw error;
      // The request continues with the old local user.
      this.log.exception(error, 'error');
      return { ...fresh, isLocalUserStale: true };
    }
    if (localUser === null) throw userNotAllowed();
    return localUser === undefined ? fresh : { ...fresh, localUser };
  }
}
