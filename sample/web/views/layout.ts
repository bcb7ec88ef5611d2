import type { LogtoContext } from 'nestjs-logto';
import { accountMenu } from './account-menu.js';
import { html, Markup } from './html.js';
import { styles } from './styles.js';

/** The parts of a page. */
export interface Page {
  title: string;
  /** The path of the page. The navigation marks it, and a sign-in returns to it. */
  path: string;
  user: LogtoContext;
  content: Markup;
}

const pages = [
  { path: '/', name: 'Home' },
  { path: '/user', name: 'User' },
  { path: '/protected', name: 'Protected' },
  { path: '/user-info', name: 'User info' },
  { path: '/fetch-access-token', name: 'Token' },
  { path: '/sessions', name: 'Sessions' },
  { path: '/payout', name: 'Payout' },
];

const icon =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='8' fill='#17624a'/>" +
  "<path d='M16 10c-2-2-5-2-9-2v14c4 0 7 0 9 2 2-2 5-2 9-2V8c-4 0-7 0-9 2z' fill='#fff'/>" +
  "<path d='M16 10v14' stroke='#17624a' stroke-width='1.5'/></svg>";

/** The layout of every page. */
export function layout({ title, path, user, content }: Page): string {
  const { SAMPLE_CONSOLE: logtoConsole } = process.env;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Reading Room</title>
        <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}" />
        ${new Markup(`<style>${styles}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header>
          <a class="brand" href="/">${new Markup(icon)} Reading Room</a>
          <nav aria-label="Pages">
            ${pages.map(
              (page) =>
                html`<a href="${page.path}" ${page.path === path && html`aria-current="page"`}
                  >${page.name}</a
                >`,
            )}
          </nav>
          ${accountMenu(user, path)}
        </header>
        <main id="content">${content}</main>
        <footer>
          A sample of <strong>nestjs-logto</strong>: sign-in with Logto for NestJS.
          ${logtoConsole && html`<a href="${logtoConsole}">Suspend a user in Logto Console</a>`}
        </footer>
      </body>
    </html>`.toString();
}
