import type { LogtoContext } from 'nestjs-logto';
import type { EmulatedUser } from 'nestjs-logto/emulator';
import { html, type Markup } from '../views/html.js';
import { layout } from '../views/layout.js';

/** The users of the emulator, with buttons to suspend them. */
export function consolePage(user: LogtoContext, users: EmulatedUser[]): string {
  return layout({
    title: 'Suspend a user',
    path: '/demo/console',
    user,
    content: html`<h1>Suspend a user</h1>
      <p class="lead">
        This page simulates Logto Console, and only exists with the embedded emulator. Sign in as one of these
        users in another browser, suspend them here, and click any link in the other browser.
      </p>
      <ul class="rows" aria-label="Users">
        ${users.map(row)}
      </ul>
      <figure>
        <figcaption>
          Logto sends a webhook to this app, and the module ends all sessions of the user. All that
          <code>logtoOptionsFromEnv()</code> needs is the signing key
        </figcaption>
        <pre class="box" tabindex="0" aria-label="Code">LOGTO_WEBHOOK_SIGNING_KEY=…</pre>
      </figure>`,
  });
}

function row({ username, name, isSuspended }: EmulatedUser): Markup {
  return html`<li>
    <div>
      <h2>${name ?? username}</h2>
      <p>${isSuspended ? 'Suspended' : 'Can sign in'}</p>
    </div>
    <form method="post" action="/demo/console/${username}/${isSuspended ? 'restore' : 'suspend'}">
      <button type="submit" class="button quiet">
        ${isSuspended ? `Let ${username} sign in again` : `Suspend ${username} at Logto`}
      </button>
    </form>
  </li>`;
}
