import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LogtoApiGuard, LogtoModule } from 'nestjs-logto';
import { BooksController } from './books.controller.js';
import { LibrariesController } from './libraries.controller.js';

@Module({
  imports: [
    // An API that only accepts bearer tokens needs no application at Logto, no session and no routes of the module.
    LogtoModule.forRoot({
      endpoint: process.env.LOGTO_ENDPOINT ?? '',
      api: { audience: process.env.LOGTO_RESOURCE ?? '' },
    }),
  ],
  controllers: [BooksController, LibrariesController],
  // Every route requires a token, except @Public() ones.
  providers: [{ provide: APP_GUARD, useClass: LogtoApiGuard }],
})
export class AppModule {}
