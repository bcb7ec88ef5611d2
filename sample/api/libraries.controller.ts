import { Controller, Get, Param, Post } from '@nestjs/common';
import {
  AuthUser,
  LogtoContext,
  RequireOrganization,
  RequireOrganizationScopes,
  RequireScopes,
} from 'nestjs-logto';

/**
 * Routes that belong to one library, which is an organization at Logto. The guard only accepts requests whose token
 * is for the organization in the path.
 */
@Controller('libraries/:library')
@RequireOrganization({ param: 'library' })
export class LibrariesController {
  /** For readers: requires a token for this API in the organization. */
  @Get('opening-hours')
  @RequireScopes('read:books')
  openingHours(@Param('library') library: string): { library: string; openUntil: string } {
    return { library, openUntil: 'late' };
  }

  /** For the board: requires an organization token with the permission. */
  @Post('invitations')
  @RequireOrganizationScopes('invite:readers')
  invite(@Param('library') library: string, @AuthUser() user: LogtoContext): object {
    return { library, invitedBy: user.claims?.sub };
  }
}
