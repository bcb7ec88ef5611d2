import { UseFilters, UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthUser,
  IdTokenClaims,
  LogtoContext,
  LogtoExceptionFilter,
  LogtoGuard,
  RequireOrganization,
  RequireRoles,
  RequireScopes,
  WithLogto,
} from 'nestjs-logto';

/** Long enough that socket.io keeps a connection open while a spec advances the clock. */
const longPings = { pingInterval: 20_000_000, pingTimeout: 20_000_000 };

/** A gateway on socket.io with an event for each kind of protection. */
@UseFilters(LogtoExceptionFilter)
@WebSocketGateway(longPings)
export class ChatGateway {
  @SubscribeMessage('open')
  open(@AuthUser() user: LogtoContext): string {
    return user.claims?.sub ?? 'anonymous';
  }

  @SubscribeMessage('say')
  @UseGuards(LogtoGuard)
  say(@AuthUser('claims') claims: IdTokenClaims): string {
    return `${claims.sub} says`;
  }

  @SubscribeMessage('either')
  @UseGuards(LogtoGuard)
  @WithLogto({ accept: ['session', 'bearer'] })
  either(@AuthUser() user: LogtoContext): string {
    return `${user.claims?.sub} with ${user.scopes?.join(' ') ?? 'a session'}`;
  }

  @SubscribeMessage('moderate')
  @UseGuards(LogtoGuard)
  @RequireRoles('admin')
  moderate(): string {
    return 'moderated';
  }

  @SubscribeMessage('read')
  @UseGuards(LogtoGuard)
  @RequireScopes('read:things')
  read(): string {
    return 'read';
  }

  @SubscribeMessage('organization')
  @UseGuards(LogtoGuard)
  @RequireOrganization({ header: 'x-org' })
  organization(): string {
    return 'member';
  }

  @SubscribeMessage('organization-by-query')
  @UseGuards(LogtoGuard)
  @RequireOrganization((request) => request.get('x-org') ?? (request.query.org as string | undefined))
  organizationByQuery(): string {
    return 'member';
  }
}
