import { Controller, Get, Module, UseGuards, type Type } from '@nestjs/common';
import { AuthUser, IdTokenClaims, LogtoApiGuard, LogtoModule } from 'nestjs-logto';
import type { StartContender } from '../contenders.js';
import { audience, type ContenderSetup } from '../support/setup.js';
import { listen } from './listen.js';

@Controller()
class PagesController {
  @Get()
  home(): { page: string } {
    return { page: 'home' };
  }

  @Get('me')
  @UseGuards(LogtoApiGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): { hello: string } {
    return { hello: claims.sub };
  }
}

function moduleOf({ endpoint }: ContenderSetup, cache?: { max: number }): Type {
  @Module({
    imports: [LogtoModule.forRoot({ endpoint, api: { audience, ...(cache && { cache }) } })],
    controllers: [PagesController],
  })
  class AppModule {}
  return AppModule;
}

/** The module for an API that only accepts bearer tokens. */
export const start: StartContender = (setup) => listen(moduleOf(setup), setup);

/** The same with a cache that is too small for the tokens, so that it verifies each one as if it were new. */
export const startWithSmallCache: StartContender = (setup) => listen(moduleOf(setup, { max: 50 }), setup);
