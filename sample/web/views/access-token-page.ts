import type { LogtoContext } from 'nestjs-logto';
import { codeOf } from './code-of.js';
import { html } from './html.js';
import { layout } from './layout.js';

/** An access token, what it allows, and what the API says to it where there is one. */
export function accessTokenPage(user: LogtoContext, answer: string | undefined): string {
  const { accessToken = '', scopes = [] } = user;
  return layout({
    title: 'Access token',
    path: '/fetch-access-token',
    user,
    content: html`<h1>A key to your API</h1>
      <p class="lead">
        Your handler sends it to the API, for this user. An app of yours would keep it on the server; here you
        may look.
      </p>
      <h2>What it allows</h2>
      ${
        scopes.length > 0
          ? html`<ul class="chips">
              ${scopes.map((scope) => html`<li>${scope}</li>`)}
            </ul>`
          : html`<p>Nothing in particular: no role of yours gives a permission.</p>`
      }
      ${
        answer === undefined
          ? ''
          : html`<h2>What the API answers</h2>
              <pre class="box" tabindex="0" aria-label="Answer of the API">${answer}</pre>`
      }
      <h2>The token</h2>
      <pre class="box token" tabindex="0" aria-label="Access token">${accessToken}</pre>
      ${codeOf('fetch-access-token')}`,
  });
}
