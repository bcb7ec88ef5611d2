import { Controller, Get, UseGuards, type ModuleMetadata } from '@nestjs/common';
import { AuthUser, IdTokenClaims, LogtoApiGuard, LogtoModule } from 'nestjs-logto';
import type { StartContender } from '../contenders.js';
import { audience, type ContenderSetup } from '../support/setup.js';
import { listen } from './listen.js';
import { subscribeToEvents } from './subscribe-to-events.js';

@Controller()
class PagesController {
  @Get('me')
  @UseGuards(LogtoApiGuard)
  me(@AuthUser('claims') claims: IdTokenClaims): { hello: string } {
    return { hello: claims.sub };
  }
}

const partsOf = ({ endpoint }: ContenderSetup, cache?: { max: number }): ModuleMetadata => ({
  imports: [LogtoModule.forRoot({ endpoint, api: { audience, ...(cache && { cache }) } })],
  controllers: [PagesController],
});

/** The module for an API that only accepts bearer tokens. */
export const start: StartContender = (setup) => listen(partsOf(setup), setup);

/** The same with a cache that is too small for the tokens, so that it verifies each one as if it were new. */
export const startWithSmallCache: StartContender = (setup) => listen(partsOf(setup, { max: 50 }), setup);

/** The same with a subscriber for each event. */
export const startWithSmallCacheAndSubscriber: StartContender = (...parameters) => {
  subscribeToEvents();
  return startWithSmallCache(...parameters);
};
