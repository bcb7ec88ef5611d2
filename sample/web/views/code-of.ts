import { html, type Markup } from './html.js';

/** The handlers of `app.controller.ts`, to show on the pages. */
const handlers = {
  user: `@Get('user')
user(@AuthUser() user: LogtoContext): string {
  return userPage(user);
}`,
  protected: `@Get('protected')
@UseGuards(LogtoGuard)
protected(@AuthUser() user: LogtoContext): string {
  return protectedPage(user);
}`,
  'user-info': `@Get('user-info')
@UseGuards(LogtoGuard)
@WithLogto({ fetchUserInfo: true })
userInfo(@AuthUser() user: LogtoContext): string {
  return userInfoPage(user);
}`,
  'fetch-access-token': `@Get('fetch-access-token')
@UseGuards(LogtoGuard)
@WithLogto({ getAccessToken: true })
async accessToken(@AuthUser() user: LogtoContext): Promise<string> {
  return accessTokenPage(user, await askApi(user.accessToken));
}`,
};

/** The code behind a page. */
export function codeOf(route: keyof typeof handlers): Markup {
  return html`<figure>
    <figcaption>The code behind this page, in <code>app.controller.ts</code></figcaption>
    <pre class="box" tabindex="0" aria-label="Code">${handlers[route]}</pre>
  </figure>`;
}
