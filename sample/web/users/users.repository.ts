import type { LocalUser } from 'nestjs-logto';

declare module 'nestjs-logto' {
  /** A row of the table `users`. */
  interface LocalUser {
    id: number;
    /** How often the user has signed in. */
    visits: number;
    /** ISO 8601. */
    createdAt: string;
  }
}

/** The users of this app. Other tables would refer to their `id`. */
export abstract class UsersRepository {
  /** Finds the row of a Logto user, or inserts it. */
  abstract upsert(logtoId: string): LocalUser;

  /** Counts a sign-in in the row of a Logto user, which may not exist yet. */
  abstract countVisit(logtoId: string): void;
}
