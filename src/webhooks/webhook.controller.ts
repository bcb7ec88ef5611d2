import { Controller, Post, Req, Res, UseFilters, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../guard/decorators/access.decorators.js';
import { LogtoExceptionFilter } from '../guard/denial/logto-exception.filter.js';
import { placeController } from '../nest/place-controller.js';
import type { LogtoModuleExtras } from '../options/logto-module-options.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { WithLogto } from '../user/with-logto.decorator.js';
import { Webhooks } from './webhooks.js';

/** The route for webhooks. It is public despite a global guard: the signature decides. */
@Public()
@WithLogto({ fetchUserInfo: false, getAccessToken: false, getOrganizationToken: false })
@UseFilters(LogtoExceptionFilter)
class WebhookController {
  constructor(
    options: ResolvedLogtoOptions,
    private readonly webhooks: Webhooks,
  ) {
    placeController(new.target, options.webhooks?.path);
  }

  @Post()
  async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    await this.webhooks.receive(request);
    response.status(204).end();
  }
}

/**
 * Creates the controller with the decorators of a module. Each module gets its own class, since decorators write to the
 * class. Its path is set when the options are known.
 */
export function webhookController({ authRoutesDecorators }: LogtoModuleExtras): Type {
  class LogtoWebhookController extends WebhookController {}
  Controller({ path: [] })(LogtoWebhookController);
  // The metadata of `ApiExcludeController()`, without a dependency on @nestjs/swagger.
  Reflect.defineMetadata('swagger/apiExcludeController', [true], LogtoWebhookController);
  for (const decorate of authRoutesDecorators ?? []) decorate(LogtoWebhookController);
  return LogtoWebhookController;
}
