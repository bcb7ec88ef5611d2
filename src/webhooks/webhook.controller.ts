import { Post, Req, Res, UseFilters, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ModuleRoutes } from '../guard/decorators/module-routes.decorator.js';
import { LogtoExceptionFilter } from '../guard/logto-exception.filter.js';
import { moduleController } from '../nest/module-controller.js';
import { setControllerPath } from '../nest/set-controller-path.js';
import type { ResolvedExtras } from '../options/resolve/resolve-extras.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { Webhooks } from './webhooks.js';

/** The route for webhooks. It is public: the signature decides. */
@ModuleRoutes()
@UseFilters(LogtoExceptionFilter)
class WebhookController {
  constructor(
    options: ResolvedLogtoOptions,
    private readonly webhooks: Webhooks,
  ) {
    setControllerPath(new.target, options.webhooks?.path);
  }

  @Post()
  async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    await this.webhooks.receive(request);
    response.status(204).end();
  }
}

/** Creates the controller with the decorators of a module. Its path is set when the options are known. */
export function webhookController({ authRoutesDecorators }: ResolvedExtras): Type {
  return moduleController(WebhookController, { path: [] }, authRoutesDecorators);
}
