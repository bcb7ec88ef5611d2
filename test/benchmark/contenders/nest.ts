import { Controller, Get } from '@nestjs/common';
import type { StartContender } from '../contenders.js';
import { EmptyInterceptor } from './empty-interceptor.js';
import { listen } from './listen.js';

@Controller()
class PagesController {
  @Get('me')
  me(): { hello: string } {
    return { hello: 'ada' };
  }
}

/** Nest alone. */
export const start: StartContender = (setup) => listen({ controllers: [PagesController] }, setup);

/** The same app with one empty interceptor. */
export const startWithInterceptor: StartContender = (setup) =>
  listen(
    { controllers: [PagesController] },
    setup,
    (app) => void app.useGlobalInterceptors(new EmptyInterceptor()),
  );
