import type { LocalUser } from 'nestjs-logto';
import { UsersRepository } from './users.repository.js';

/** The table in memory, where Node has no SQLite. */
export class MemoryUsersRepository extends UsersRepository {
  private readonly rows = new Map<string, LocalUser>();

  upsert(logtoId: string): LocalUser {
    const row = this.rows.get(logtoId) ?? {
      id: this.rows.size + 1,
      visits: 0,
      createdAt: new Date().toISOString(),
    };
    this.rows.set(logtoId, row);
    return row;
  }

  countVisit(logtoId: string): void {
    this.upsert(logtoId).visits += 1;
  }
}
