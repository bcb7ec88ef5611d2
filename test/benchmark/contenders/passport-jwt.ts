import { Controller, Get, Injectable, Req, UseGuards, type ModuleMetadata } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { StartContender } from '../contenders.js';
import { audience, type ContenderSetup } from '../support/setup.js';
import { listen } from './listen.js';

interface Payload {
  sub: string;
}

@Controller()
class PagesController {
  @Get('me')
  @UseGuards(AuthGuard('jwt'))
  me(@Req() { user }: { user: Payload }): { hello: string } {
    return { hello: user.sub };
  }
}

function partsOf({ endpoint }: ContenderSetup): ModuleMetadata {
  @Injectable()
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        secretOrKeyProvider: passportJwtSecret({ cache: true, jwksUri: `${endpoint}/oidc/jwks` }),
        issuer: `${endpoint}/oidc`,
        audience,
        algorithms: ['ES384'],
      });
    }

    validate(payload: Payload): Payload {
      return payload;
    }
  }

  return { controllers: [PagesController], providers: [JwtStrategy] };
}

/** Bearer tokens as in Nest's documentation, with keys from jwks-rsa. */
export const start: StartContender = (setup) => listen(partsOf(setup), setup);
