import type { LocalUser } from 'nestjs-logto';
import { UsersRepository } from './users.repository.js';

/** The parts of `node:sqlite` that this file uses. The types of Node 20 do not have them. */
interface Sqlite {
  DatabaseSync: new (path: string) => Database;
}
interface Database {
  exec(sql: string): void;
  prepare(sql: string): { get(logtoId: string): unknown; run(logtoId: string): unknown };
}

/** The table in SQLite. */
export class SqliteUsersRepository extends UsersRepository {
  private constructor(private readonly database: Database) {
    super();
    database.exec(`CREATE TABLE IF NOT EXISTS users (
      id INTEGER PRIMARY KEY,
      logto_id TEXT NOT NULL UNIQUE,
      visits INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
    )`);
  }

  /** @returns `undefined` if this version of Node has no SQLite */
  static open(path: string): SqliteUsersRepository | undefined {
    const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
    return sqlite && new SqliteUsersRepository(new sqlite.DatabaseSync(path));
  }

  upsert(logtoId: string): LocalUser {
    return this.database
      .prepare(
        `INSERT INTO users (logto_id) VALUES (?)
          ON CONFLICT (logto_id) DO UPDATE SET logto_id = excluded.logto_id
          RETURNING id, visits, created_at AS createdAt`,
      )
      .get(logtoId) as LocalUser;
  }

  countVisit(logtoId: string): void {
    this.database
      .prepare(
        `INSERT INTO users (logto_id, visits) VALUES (?, 1)
          ON CONFLICT (logto_id) DO UPDATE SET visits = visits + 1`,
      )
      .run(logtoId);
  }
}
