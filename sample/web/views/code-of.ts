import { html, type Markup } from './html.js';

/** Parts of the sample's code, to show on its pages. */
const parts = {
  user: {
    file: 'app.controller.ts',
    code: `@Get('user')
user(@AuthUser() user: LogtoContext): string {
  return userPage(user);
}`,
  },
  protected: {
    file: 'app.controller.ts',
    code: `@Get('protected')
@UseGuards(LogtoGuard)
protected(@AuthUser() user: LogtoContext): string {
  return protectedPage(user);
}`,
  },
  'user-info': {
    file: 'app.controller.ts',
    code: `@Get('user-info')
@UseGuards(LogtoGuard)
@WithLogto({ fetchUserInfo: true })
userInfo(@AuthUser() user: LogtoContext): string {
  return userInfoPage(user);
}`,
  },
  'fetch-access-token': {
    file: 'app.controller.ts',
    code: `@Get('fetch-access-token')
@UseGuards(LogtoGuard)
@WithLogto({ getAccessToken: true })
async accessToken(@AuthUser() user: LogtoContext): Promise<string> {
  return accessTokenPage(user, await callApi(user.accessToken));
}`,
  },
  'local-user': {
    file: 'users/users.resolver.ts',
    code: `@LogtoUserResolver()
export class UsersResolver implements LocalUserResolver {
  constructor(private readonly users: UsersRepository) {}

  /** Runs at a sign-in, before resolve(). */
  @OnSignIn()
  countVisit({ claims }: LogtoSignInEvent): void {
    this.users.countVisit(claims.sub);
  }

  /** Runs at a sign-in, and whenever the claims are refreshed. */
  resolve({ sub }: IdTokenClaims): LocalUser {
    return this.users.upsert(sub);
  }
}`,
  },
  payout: {
    file: 'payout/payout.controller.ts',
    code: `@Get()
@RequireMfa()
form(@AuthUser() user: LogtoContext): string {
  return payoutPage(user);
}

/** Asks for it again if it is older than five minutes. */
@Post()
@HttpCode(200)
@RequireAuthentication({ acr: LogtoAcr.Mfa, maxAge: 300 })
payOut(@AuthUser() user: LogtoContext): string {
  return paidOutPage(user);
}`,
  },
  sessions: {
    file: 'sessions/sessions.controller.ts',
    code: `@Get()
async list(
  @AuthUser() user: LogtoContext,
  @AuthUser('claims') { sub }: IdTokenClaims,
  @Req() request: Request,
): Promise<string> {
  return sessionsPage(user, await this.sessions.find({ sub }, request));
}

/** Ends one session, if it belongs to this user. */
@Post(':id/end')
@Redirect('/sessions', 303)
async end(@Param('id') id: string, @AuthUser('claims') { sub }: IdTokenClaims): Promise<void> {
  await this.sessions.end({ id, sub });
}

/** Ends all sessions but this one. */
@Post('end-others')
@Redirect('/sessions', 303)
async endOthers(@AuthUser('claims') { sub }: IdTokenClaims, @Req() request: Request): Promise<void> {
  await this.sessions.end({ sub }, { except: request });
}`,
  },
};

/** The code behind a page. */
export function codeOf(part: keyof typeof parts): Markup {
  const { file, code } = parts[part];
  return html`<figure>
    <figcaption>The code behind this page, in <code>${file}</code></figcaption>
    <pre class="box" tabindex="0" aria-label="Code in ${file}">${code}</pre>
  </figure>`;
}
