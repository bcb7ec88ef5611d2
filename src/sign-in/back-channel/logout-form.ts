import { parse } from 'node:querystring';
import type { Request } from 'express';
import type { LogtoException } from '../../logto.exceptions.js';
import { logoutTokenInvalid } from './logout-token-invalid.js';
import { middlewareNames } from '../../nest/http/router-layers.js';
import { peekBody } from './peek-body.js';

/** Maximum size of a form, in bytes: a logout token has about a thousand. */
const maxFormBytes = 64 * 1024;

/** The fields of a form. A repeated field is an array. */
export type FormFields = Readonly<Record<string, unknown>>;

/** Whether a request has the content type of a form (OpenID Connect Back-Channel Logout 1.0, 2.5). */
export function carriesForm({ headers }: Request): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * Reads the form of a request before the body parsers do, and leaves the body for them.
 * @returns `undefined` if the form is too long or was read before
 */
export async function peekForm(request: Request): Promise<FormFields | undefined> {
  if (Number(request.headers['content-length']) > maxFormBytes) return undefined;
  const body = await peekBody(request, maxFormBytes);
  return body && parse(body.toString());
}

/**
 * The logout token of a request, regardless of how the app's body parsers have parsed its form.
 * @throws LogtoException `logout_token_invalid`, with the reason, if there is none
 */
export async function logoutTokenOf(request: Request): Promise<string> {
  const { logout_token: token } = await fieldsOf(request);
  if (Array.isArray(token)) throw logoutTokenInvalid('The form has more than one `logout_token`.');
  if (typeof token === 'string' && token !== '') return token;
  throw logoutTokenInvalid(
    'The form has no `logout_token`. Only Logto should call this endpoint: check that no proxy changes its requests.',
  );
}

async function fieldsOf(request: Request): Promise<FormFields> {
  const { body, rawBody } = request as { body?: unknown; rawBody?: unknown };
  if (isFields(body) && 'logout_token' in body) return body;
  if (!carriesForm(request)) {
    throw logoutTokenInvalid(
      'The request has no form: Logto sends a logout token as `application/x-www-form-urlencoded`.',
    );
  }
  const text = textOf(body) ?? textOf(rawBody);
  if (text !== undefined) return parse(text);
  if (isFields(body) && Object.keys(body).length > 0) return body;
  if (!hasContent(request)) return {};
  const fields = await peekForm(request);
  if (fields) return fields;
  // Otherwise the connection could not be reused.
  request.resume();
  throw request.readableEnded || request.destroyed ? alreadyRead(request) : tooLong();
}

function hasContent({ headers }: Request): boolean {
  return Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined;
}

/** The text of a form that a body parser has left as a string, as bytes or as URLSearchParams. */
function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return body instanceof URLSearchParams ? body.toString() : undefined;
}

function isFields(body: unknown): body is FormFields {
  return typeof body === 'object' && body !== null;
}

function tooLong(): LogtoException {
  return logoutTokenInvalid('The form is larger than 64 kB, so it is not from Logto.');
}

function alreadyRead(request: Request): LogtoException {
  const parsers = new Set(middlewareNames(request.app).filter((name) => /parser$|^multer/i.test(name)));
  const { path = request.path } = (request.route ?? {}) as { path?: string };
  const reader = parsers.size > 0 ? [...parsers].join(', ') : 'a middleware';
  return logoutTokenInvalid(
    `The form was read before the route, and \`request.body\` does not have it: ${reader} runs before it. Put ` +
      `\`app.use('${path}', express.urlencoded({ extended: false }))\` in front of it in main.ts.`,
  );
}
