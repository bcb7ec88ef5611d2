import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { AuthUser, LogtoContext, LogtoGuard, WithLogto } from 'nestjs-logto';
import { callApi } from './call-api.js';
import { accessTokenPage } from './pages/access-token-page.js';
import { homePage } from './pages/home-page.js';
import { protectedPage } from './pages/protected-page.js';
import { userInfoPage } from './pages/user-info-page.js';
import { userPage } from './pages/user-page.js';

@Controller()
export class AppController {
  /** Public: greets a signed-in user, and offers a sign-in to anonymous visitors. */
  @Get()
  @Header('Cache-Control', 'private, no-store')
  home(@AuthUser() user: LogtoContext): string {
    return homePage(user);
  }

  /** The signed-in user, from the session. This makes no request to Logto. */
  @Get('user')
  @Header('Cache-Control', 'private, no-store')
  user(@AuthUser() user: LogtoContext): string {
    return userPage(user);
  }

  /** Protected: the guard sends anonymous visitors to sign in, and then back here. */
  @Get('protected')
  @UseGuards(LogtoGuard)
  protected(@AuthUser() user: LogtoContext): string {
    return protectedPage(user);
  }

  /** The current response of Logto's userinfo endpoint. */
  @Get('user-info')
  @UseGuards(LogtoGuard)
  @WithLogto({ fetchUserInfo: true })
  userInfo(@AuthUser() user: LogtoContext): string {
    return userInfoPage(user);
  }

  /** An access token for your API, refreshed shortly before it expires. */
  @Get('fetch-access-token')
  @UseGuards(LogtoGuard)
  @WithLogto({ getAccessToken: true })
  async accessToken(@AuthUser() user: LogtoContext): Promise<string> {
    return accessTokenPage(user, await callApi(user.accessToken));
  }
}
