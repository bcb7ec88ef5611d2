import { createHmac } from 'node:crypto';
import type { TestApp } from '../../support/app/app.js';
import type { Page } from '../../support/requests/browser.js';

/** The signing key of the specs. */
export const signingKey = 'the-webhook-signing-key-of-the-specs';

/** The signature of a body, as Logto makes it. */
export function signatureOf(body: string, key = signingKey): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

/** The body of a webhook, as Logto sends it. */
export function webhookBody(event: string, members: object = {}): string {
  return JSON.stringify({ event, createdAt: new Date().toISOString(), hookId: 'hook', ...members });
}

/** Posts a body to the route for webhooks. Default: signed with the key of the specs. */
export function postWebhook(
  app: TestApp,
  body: string,
  {
    headers = { 'logto-signature-sha-256': signatureOf(body) },
    path = '/logto/webhooks',
  }: { headers?: Record<string, string>; path?: string } = {},
): Promise<Page> {
  return app.browser().fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

/** Sends an event as Logto does. */
export function sendWebhook(app: TestApp, event: string, members: object = {}): Promise<Page> {
  return postWebhook(app, webhookBody(event, members));
}

/** The payload of an event about a user. */
export function aboutUser(userId: string, data: object = {}): object {
  return { params: { userId }, path: `/users/${userId}`, data: { id: userId, ...data } };
}

/** The payload of a suspension. */
export const suspended = (userId: string): object => aboutUser(userId, { isSuspended: true });
