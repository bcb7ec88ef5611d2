import { Controller, Get, Header, Inject, Param, Post, Redirect } from '@nestjs/common';
import { AuthUser, LogtoContext } from 'nestjs-logto';
import type { LogtoEmulator } from 'nestjs-logto/emulator';
import { consolePage } from './console-page.js';
import { people } from './people.js';

/** The injection token of the emulator. */
export const emulatorToken = 'EMULATOR';

/** Suspends and restores users, as an administrator does in Logto Console. The emulator then sends a webhook to the app. */
@Controller('demo/console')
export class ConsoleController {
  constructor(@Inject(emulatorToken) private readonly emulator: LogtoEmulator) {}

  @Get()
  @Header('Cache-Control', 'private, no-store')
  show(@AuthUser() user: LogtoContext): string {
    return consolePage(
      user,
      people.map(({ username }) => this.emulator.getUser(username)),
    );
  }

  @Post(':username/suspend')
  @Redirect('/demo/console', 303)
  suspend(@Param('username') username: string): void {
    this.emulator.suspendUser(username);
  }

  @Post(':username/restore')
  @Redirect('/demo/console', 303)
  restore(@Param('username') username: string): void {
    this.emulator.restoreUser(username);
  }
}
