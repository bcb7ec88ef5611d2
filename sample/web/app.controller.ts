import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { AuthUser, LogtoContext, LogtoGuard, WithLogto } from 'nestjs-logto';
import { askApi } from './ask-api.js';
import { accessTokenPage } from './views/access-token-page.js';
import { homePage } from './views/home-page.js';
import { protectedPage } from './views/protected-page.js';
import { userInfoPage } from './views/user-info-page.js';
import { userPage } from './views/user-page.js';

@Controller()
export class AppController {
  /** Everybody may come here: the page greets a signed-in user, and offers a sign-in to the others. */
  @Get()
  @Header('Cache-Control', 'private, no-store')
  home(@AuthUser() user: LogtoContext): string {
    return homePage(user);
  }

  /** Who is signed in, from the session alone: no call to Logto. */
  @Get('user')
  @Header('Cache-Control', 'private, no-store')
  user(@AuthUser() user: LogtoContext): string {
    return userPage(user);
  }

  /** The guard sends everybody else to the sign-in, and back here. */
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(@AuthUser() user: LogtoContext): string {
    return protectedPage(user);
  }

  /** What Logto's userinfo endpoint says at this moment. */
  @Get('user-info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  userInfo(@AuthUser() user: LogtoContext): string {
    return userInfoPage(user);
  }

  /** An access token for an API of yours, refreshed when it is about to expire. */
  @Get('fetch-access-token')
  @UseGuards(LogtoGuard)
  @WithLogto({ getAccessToken: true })
  async accessToken(@AuthUser() user: LogtoContext): Promise<string> {
    return accessTokenPage(user, await askApi(user.accessToken));
  }
}
