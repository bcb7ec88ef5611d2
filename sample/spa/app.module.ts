import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { ServeStaticModule } from '@nestjs/serve-static';
import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';
import { NotesController } from './notes/notes.controller.js';

@Module({
  imports: [
    LogtoModule.forRootAsync({
      useFactory: () => logtoOptionsFromEnv({ scopes: ['email'] }),
    }),
    ServeStaticModule.forRoot({
      rootPath: join(import.meta.dirname, 'client'),
      // Unknown paths under these get 404 from Nest instead of the page.
      exclude: ['/api/{*path}', '/logto/{*path}'],
    }),
  ],
  controllers: [NotesController],
})
export class AppModule {}
