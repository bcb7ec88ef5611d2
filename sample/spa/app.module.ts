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
      // A path that is no page gets 404 from Nest, and not the page.
      exclude: ['/api/{*path}', '/logto/{*path}'],
    }),
  ],
  controllers: [NotesController],
})
export class AppModule {}
