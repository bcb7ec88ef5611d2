import type { LogtoContext, LogtoSession } from 'nestjs-logto';
import { codeOf } from '../views/code-of.js';
import { html, type Markup } from '../views/html.js';
import { layout } from '../views/layout.js';
import { time } from '../views/time.js';

/** The sessions of the user, with buttons to end them. */
export function sessionsPage(user: LogtoContext, sessions: LogtoSession[]): string {
  return layout({
    title: 'Sessions',
    path: '/sessions',
    user,
    content: html`<h1>Where you are signed in</h1>
      <p class="lead">
        The browsers in which you are signed in to this app. Sign in with another browser or a private window
        to see a second one.
      </p>
      <ul class="rows" aria-label="Your sessions">
        ${sessions.map(row)}
      </ul>
      ${
        sessions.length > 1 &&
        html`<form method="post" action="/sessions/end-others" class="actions">
          <button type="submit" class="button">Sign out everywhere else</button>
        </form>`
      }
      ${codeOf('sessions')}`,
  });
}

/** A session that has just started has no `lastSeenAt`. */
function row({ id, signedInAt, lastSeenAt = signedInAt, current }: LogtoSession): Markup {
  return html`<li>
    <div>
      <h2>${current ? 'This browser' : 'Another browser'}</h2>
      <p>Signed in ${time(signedInAt)}</p>
      <p>Last seen ${time(lastSeenAt)}</p>
    </div>
    ${
      !current &&
      html`<form method="post" action="/sessions/${id}/end">
        <button type="submit" class="button quiet">Sign out there</button>
      </form>`
    }
  </li>`;
}
