import { Module } from '@nestjs/common';
import { MemoryUsersRepository } from './memory-users.repository.js';
import { SqliteUsersRepository } from './sqlite-users.repository.js';
import { UsersRepository } from './users.repository.js';
import { UsersResolver } from './users.resolver.js';

/** A file for the table. Without one, the rows are lost when the process ends. */
const database = process.env.SAMPLE_DATABASE || ':memory:';

@Module({
  providers: [
    {
      provide: UsersRepository,
      useFactory: () => SqliteUsersRepository.open(database) ?? new MemoryUsersRepository(),
    },
    UsersResolver,
  ],
})
export class UsersModule {}
