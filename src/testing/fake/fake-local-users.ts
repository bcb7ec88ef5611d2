import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LocalUser } from '../../hooks/local-user.js';
import { LocalUsers } from '../../hooks/local-users.js';
import type { LocalUserResolution } from '../../hooks/logto-user-resolver.decorator.js';
import type { IdTokenClaims } from '../../oidc/claims.js';
import { FakeLogto } from './fake-logto.js';

/** Uses the local user of a test user, or calls the app's resolver as in production. */
@Injectable()
export class FakeLocalUsers extends LocalUsers {
  private readonly logto = FakeLogto.forOptions(this.options);
  private readonly ofSessions = new WeakMap<Request, LocalUser>();

  /** Any request may have a test user with a local user. */
  override get hasResolver(): boolean {
    return true;
  }

  override async find(
    claims: IdTokenClaims,
    resolution: LocalUserResolution,
  ): Promise<LocalUser | null | undefined> {
    const given = this.logto.signIns.find(resolution.request)?.signIn?.user.localUser;
    return given === undefined ? super.find(claims, resolution) : given;
  }

  /**
   * Resolves the local user of a session, as its sign-in would.
   * @throws LogtoException as {@link require}
   */
  async prepareSession(request: Request, claims: IdTokenClaims): Promise<void> {
    const localUser = await this.require(claims, { credential: 'session', request });
    if (localUser !== undefined) this.ofSessions.set(request, localUser);
  }

  /** The local user of a request's session. */
  ofSession(request: Request): LocalUser | undefined {
    return this.ofSessions.get(request);
  }
}
