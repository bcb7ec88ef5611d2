import type { IdTokenClaims, LogtoContext } from 'nestjs-logto';
import { spines } from '../views/books.js';
import { html, type Markup } from '../views/html.js';
import { layout } from '../views/layout.js';
import { displayName, picture } from '../views/person.js';

const cards = [
  {
    path: '/user',
    title: 'The signed-in user',
    text: 'The claims of the signed-in user, from the session. This page is public.',
    code: '@AuthUser() user: LogtoContext',
  },
  {
    path: '/protected',
    title: 'Members only',
    text: 'Asks you to sign in, and then returns to this page.',
    code: '@UseGuards(LogtoGuard)',
  },
  {
    path: '/user-info',
    title: 'The full profile',
    text: 'What Logto’s userinfo endpoint returns for you now.',
    code: '@WithLogto({ fetchUserInfo: true })',
  },
  {
    path: '/fetch-access-token',
    title: 'An access token for your API',
    text: 'An access token, kept on the server and refreshed before it expires.',
    code: '@WithLogto({ getAccessToken: true })',
  },
  {
    path: '/sessions',
    title: 'Where you are signed in',
    text: 'Your sessions in this app. Sign out in another browser, or everywhere else.',
    code: 'sessions.end({ sub }, { except: request })',
  },
  {
    path: '/payout',
    title: 'A second factor',
    text: 'Asks for a second factor before a critical action. With the emulator, the page says which code to enter.',
    code: '@RequireMfa()',
  },
  {
    path: '/user#local-user',
    title: 'A user of your own',
    text: 'The row in the table of this app that belongs to the signed-in user.',
    code: '@LogtoUserResolver()',
  },
];

/** The home page. */
export function homePage(user: LogtoContext): string {
  return layout({
    title: 'Home',
    path: '/',
    user,
    content: html`${user.claims ? greeting(user.claims) : welcome}
      <h2>Look around</h2>
      <ul class="cards">
        ${cards.map(
          ({ path, title, text, code }) =>
            html`<li>
              <h3><a href="${path}">${title}</a></h3>
              <p>${text}</p>
              <p><code>${code}</code></p>
            </li>`,
        )}
      </ul>`,
  });
}

const welcome = html`<section class="hero">
  <div>
    <h1>Good books, and a good sign-in.</h1>
    <p class="lead">
      A small Nest app that signs its visitors in with Logto: one module, one guard, one decorator.
    </p>
    <p class="actions">
      <a class="button large" href="/logto/sign-in">Sign in</a>
      <a class="button large quiet" href="/logto/sign-up">Sign up</a>
    </p>
  </div>
  ${spines}
</section>`;

function greeting(claims: IdTokenClaims): Markup {
  const { email, roles = [] } = claims;
  return html`<section class="hero person">
    ${picture(claims, 96)}
    <div>
      <h1>Welcome, ${displayName(claims)}</h1>
      <p class="lead">You are signed in${email ? html` as <strong>${email}</strong>` : ''}.</p>
      ${
        roles.length > 0 &&
        html`<ul class="chips" aria-label="Your roles">
          ${roles.map((role) => html`<li>${role}</li>`)}
        </ul>`
      }
    </div>
  </section>`;
}
