import {
  Controller,
  Get,
  Req,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type ModuleMetadata,
} from '@nestjs/common';
import type { Request } from 'express';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import type { StartContender } from '../contenders.js';
import { audience, type ContenderSetup } from '../support/setup.js';
import { listen } from './listen.js';

type WithPayload = Request & { payload?: JWTPayload };

function partsOf({ endpoint }: ContenderSetup): ModuleMetadata {
  const keys = createRemoteJWKSet(new URL(`${endpoint}/oidc/jwks`));

  class JoseGuard implements CanActivate {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      const request = context.switchToHttp().getRequest<WithPayload>();
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined) throw new UnauthorizedException();
      const { payload } = await jwtVerify(token, keys, {
        issuer: `${endpoint}/oidc`,
        audience,
        algorithms: ['ES384'],
        typ: 'at+jwt',
        requiredClaims: ['exp', 'sub'],
      });
      request.payload = payload;
      return true;
    }
  }

  @Controller()
  class PagesController {
    @Get('me')
    @UseGuards(new JoseGuard())
    me(@Req() { payload }: WithPayload): { hello: string } {
      return { hello: payload?.sub ?? '' };
    }
  }

  return { controllers: [PagesController] };
}

/** A hand-written guard that uses jose and nothing else. */
export const start: StartContender = (setup) => listen(partsOf(setup), setup);
