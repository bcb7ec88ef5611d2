import { Controller, Get, Param, Post } from '@nestjs/common';
import {
  AuthUser,
  LogtoContext,
  RequireOrganization,
  RequireOrganizationScopes,
  RequireScopes,
} from 'nestjs-logto';

/**
 * What belongs to one library each. The guard binds every request to the library in its path: a token of another
 * one, or of none, is refused before a handler runs.
 */
@Controller('libraries/:library')
@RequireOrganization({ param: 'library' })
export class LibrariesController {
  /** Its readers, with a token for this API in the organization. */
  @Get('opening-hours')
  @RequireScopes('read:books')
  openingHours(@Param('library') library: string): { library: string; openUntil: string } {
    return { library, openUntil: 'late' };
  }

  /** Its board, with an organization token that has the permission. */
  @Post('invitations')
  @RequireOrganizationScopes('invite:readers')
  invite(@Param('library') library: string, @AuthUser() user: LogtoContext): object {
    return { library, invitedBy: user.claims?.sub };
  }
}
