import { Controller, Get, Module } from '@nestjs/common';
import type { StartContender } from '../contenders.js';
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

/** Nest with nothing beside it. */
export const start: StartContender = (setup) => listen(AppModule, setup);
