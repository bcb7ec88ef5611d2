import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LogtoApiGuard, LogtoModule } from 'nestjs-logto';
import { BooksController } from './books.controller.js';
import { LibrariesController } from './libraries.controller.js';

@Module({
  imports: [
    // Bearer tokens alone: no application at Logto, no session, no routes of the module's own.
    LogtoModule.forRoot({
      endpoint: process.env.LOGTO_ENDPOINT ?? '',
      api: { audience: process.env.LOGTO_RESOURCE ?? '' },
    }),
  ],
  controllers: [BooksController, LibrariesController],
  // Every route wants a token, but for those that are @Public().
  providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
})
export class AppModule {}
