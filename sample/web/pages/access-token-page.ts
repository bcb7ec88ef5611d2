import type { LogtoContext } from 'nestjs-logto';
import { codeOf } from '../views/code-of.js';
import { html } from '../views/html.js';
import { layout } from '../views/layout.js';

/** An access token, its scopes, and the response of the API if one is configured. */
export function accessTokenPage(user: LogtoContext, answer: string | undefined): string {
  const { accessToken = '', scopes = [] } = user;
  return layout({
    title: 'Access token',
    path: '/fetch-access-token',
    user,
    content: html`<h1>An access token for your API</h1>
      <p class="lead">
        Your handler sends it to the API on behalf of this user. Your own app should keep it on the server.
        This sample shows it, so that you can look at it.
      </p>
      <h2>Scopes</h2>
      ${
        scopes.length > 0
          ? html`<ul class="chips">
              ${scopes.map((scope) => html`<li>${scope}</li>`)}
            </ul>`
          : html`<p>None: your roles do not grant any permissions.</p>`
      }
      ${
        answer === undefined
          ? ''
          : html`<h2>Response of the API</h2>
              <pre class="box" tabindex="0" aria-label="Response of the API">${answer}</pre>`
      }
      <h2>The token</h2>
      <pre class="box token" tabindex="0" aria-label="Access token">${accessToken}</pre>
      ${codeOf('fetch-access-token')}`,
  });
}
