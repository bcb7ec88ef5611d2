import { Controller, Get, Injectable, Module, Req, UseGuards, type Type } from '@nestjs/common';
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
  @Get()
  home(): { page: string } {
    return { page: 'home' };
  }

  @Get('me')
  @UseGuards(AuthGuard('jwt'))
  me(@Req() { user }: { user: Payload }): { hello: string } {
    return { hello: user.sub };
  }
}

function moduleOf({ endpoint }: ContenderSetup): Type {
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

  @Module({ controllers: [PagesController], providers: [JwtStrategy] })
  class AppModule {}
  return AppModule;
}

/** Bearer tokens as in Nest's documentation, with keys from jwks-rsa. */
export const start: StartContender = (setup) => listen(moduleOf(setup), setup);
