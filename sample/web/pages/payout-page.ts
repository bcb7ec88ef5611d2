import type { LogtoContext } from 'nestjs-logto';
import { claimsTable } from '../views/claims-table.js';
import { codeOf } from '../views/code-of.js';
import { html } from '../views/html.js';
import { layout } from '../views/layout.js';

/** The page that pays out the deposit of a user who has shown a second factor. */
export function payoutPage(user: LogtoContext): string {
  const { sub = '', acr, amr, auth_time } = user.claims ?? {};
  return layout({
    title: 'Payout',
    path: '/payout',
    user,
    content: html`<h1>Your deposit</h1>
      <p class="lead">
        You have signed in with a second factor, so your deposit can be paid out. This page asks for it once,
        and the button asks for it again after five minutes.
      </p>
      <form class="actions" method="post" action="/payout">
        <button class="button" type="submit">Pay out 20 euros</button>
      </form>
      <h2>How you have signed in</h2>
      ${claimsTable({ sub, acr, amr, auth_time })} ${codeOf('payout')}`,
  });
}

/** The page after the payout. */
export function paidOutPage(user: LogtoContext): string {
  return layout({
    title: 'Paid out',
    path: '/payout',
    user,
    content: html`<h1>On its way</h1>
      <p class="lead">Your deposit will be in your account tomorrow. <a href="/payout">Back</a></p>`,
  });
}
