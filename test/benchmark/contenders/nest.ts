import { Controller, Get, Module } from '@nestjs/common';
import type { StartContender } from '../contenders.js';
import { EmptyInterceptor } from './empty-interceptor.js';
import { listen } from './listen.js';

@Controller()
class PagesController {
  @Get()
  home(): { page: string } {
    return { page: 'home' };
  }

  @Get('me')
  me(): { hello: string } {
    return { hello: 'ada' };
  }
}

@Module({ controllers: [PagesController] })
class AppModule {}

/** Nest alone. */
export const start: StartContender = (setup) => listen(AppModule, setup);

/** The same app with one empty interceptor. */
export const startWithInterceptor: StartContender = (setup) =>
  listen(AppModule, setup, (app) => void app.useGlobalInterceptors(new EmptyInterceptor()));
