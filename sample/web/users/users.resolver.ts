import {
  IdTokenClaims,
  LogtoSignInEvent,
  LogtoUserResolver,
  OnSignIn,
  type LocalUser,
  type LocalUserResolver,
} from 'nestjs-logto';
import { UsersRepository } from './users.repository.js';

/** Maps a Logto user to a row of this app, which is `localUser` in the user context. */
@LogtoUserResolver()
export class UsersResolver implements LocalUserResolver {
  constructor(private readonly users: UsersRepository) {}

  /** Runs at a sign-in, before resolve(). */
  @OnSignIn()
  countVisit({ claims }: LogtoSignInEvent): void {
    this.users.countVisit(claims.sub);
  }

  /** Runs at a sign-in, and whenever the claims are refreshed. */
  resolve({ sub }: IdTokenClaims): LocalUser {
    return this.users.upsert(sub);
  }
}
