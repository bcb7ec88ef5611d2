import type { IdTokenClaims, LocalUser, LocalUserResolution, LocalUserResolver } from 'nestjs-logto';
import { AuthUser, LogtoApiGuard, LogtoContext, LogtoGuard, LogtoUserResolver } from 'nestjs-logto';
import { Controller, Get, UseGuards } from '@nestjs/common';

declare module 'nestjs-logto' {
  interface LocalUser {
    id?: number;
    [member: string]: unknown;
  }
}

/** A resolver whose result a spec sets. */
@LogtoUserResolver()
export class Users implements LocalUserResolver {
  readonly calls: { claims: IdTokenClaims; resolution: LocalUserResolution }[] = [];
  result: (claims: IdTokenClaims) => unknown = ({ sub }) => ({ id: 1, sub });

  resolve(claims: IdTokenClaims, resolution: LocalUserResolution): Promise<LocalUser | null> {
    this.calls.push({ claims, resolution });
    return this.result(claims) as Promise<LocalUser | null>;
  }

  reset(): void {
    this.calls.length = 0;
    this.result = ({ sub }) => ({ id: 1, sub });
  }
}

/** Shows the local user. */
@Controller()
export class LocalUserController {
  @Get('local')
  @UseGuards(LogtoGuard)
  local(@AuthUser('localUser') user: LocalUser | undefined): unknown {
    return { localUser: user ?? null };
  }

  @Get('api/local')
  @UseGuards(LogtoApiGuard)
  bearer(@AuthUser() { localUser, claims }: LogtoContext): unknown {
    return { localUser: localUser ?? null, sub: claims?.sub };
  }

  @Get('api/change')
  @UseGuards(LogtoApiGuard)
  change(@AuthUser('localUser') user: LocalUser): string {
    user.id = 666;
    return 'changed';
  }
}
