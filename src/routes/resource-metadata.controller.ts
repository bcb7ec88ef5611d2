import { Get, NotFoundException, Options, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ModuleRoutes } from '../guard/decorators/module-routes.decorator.js';
import { ProtectedResources } from '../guard/bearer/protected-resources.js';
import { moduleController } from '../nest/module-controller.js';
import { setControllerPath } from '../nest/set-controller-path.js';
import type { ResolvedExtras } from '../options/resolve/resolve-extras.js';
import { withholdSession } from '../request/passive-requests.js';

/** The routes of the protected resource metadata (RFC 9728). */
@ModuleRoutes()
class ResourceMetadataController {
  constructor(private readonly resources: ProtectedResources) {
    setControllerPath(new.target, resources.routePaths);
  }

  /** Sends the document itself, because an interceptor of the app might wrap a return value. */
  @Get()
  get(@Req() request: Request, @Res() response: Response): void {
    const document = this.resources.documentAt(request.originalUrl);
    if (!document) throw new NotFoundException();
    allowAllOrigins(response);
    // A shared cache may give a cookie of this visitor to others, such as that of a rolling session.
    withholdSession(request);
    response.removeHeader('Set-Cookie');
    response.header('Cache-Control', 'public, max-age=3600');
    response.send(document);
  }

  /** Responds to the preflight request for clients that send headers, such as `MCP-Protocol-Version`. */
  @Options()
  preflight(@Res() response: Response): void {
    allowAllOrigins(response);
    response.header('Access-Control-Allow-Methods', 'GET');
    response.header('Access-Control-Allow-Headers', '*');
    response.status(204).send();
  }
}

/** Lets every origin read the response. Replaces the headers of the app's own CORS, which may allow credentials. */
function allowAllOrigins(response: Response): void {
  response.header('Access-Control-Allow-Origin', '*');
  response.removeHeader('Access-Control-Allow-Credentials');
}

/** Creates the controller with the decorators of a module. Its paths are set when the options are known. */
export function resourceMetadataController({ authRoutesDecorators }: ResolvedExtras): Type {
  return moduleController(ResourceMetadataController, { path: [] }, authRoutesDecorators);
}
