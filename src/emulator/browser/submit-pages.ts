import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { CookieJar } from './cookie-jar.js';
import { pageText } from './page-text.js';

/** A form to submit, to the page itself unless there is a path. */
export interface FormSubmission {
  fields: Record<string, string> | [name: string, value: string][];
  path?: string;
}

/** Which form to submit on the page at `path`; undefined if there is none. */
export type ChooseForm = (path: string) => FormSubmission | undefined;

/** Options of {@link submitPages}. */
export interface SubmitPagesOptions {
  /** The origin of the emulator in its URLs. */
  endpoint: string;
  /** The URL on which the emulator listens. */
  serverUrl: string;
  cookies: CookieJar;
  chooseForm: ChooseForm;
}

/** A sign-in takes about ten requests. */
const maxRequests = 30;

/** Follows redirects and submits forms. @returns the first URL outside of the emulator, or its signed-out page */
export async function submitPages(start: URL, options: SubmitPagesOptions): Promise<URL> {
  const { origin } = new URL(options.endpoint);
  let url = start;
  let fields: FormSubmission['fields'] | undefined;
  for (let count = 0; count < maxRequests; count += 1) {
    if (url.origin !== origin) return url;
    const { response, body } = await request(url, fields, options);
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      fields = undefined;
      continue;
    }
    if (response.ok && url.pathname === '/oidc/session/end/success') return url;
    const form = response.ok ? (options.chooseForm(url.pathname) ?? providerForm(url, body)) : undefined;
    if (!form) {
      throw new LogtoEmulatorError(
        'interaction_failed',
        `Stopped at ${url.pathname} with status ${response.status}: ${alertOf(body)}`,
      );
    }
    url = new URL(form.path ?? url, url);
    fields = form.fields;
  }
  throw new LogtoEmulatorError('interaction_failed', `Too many redirects; the last one led to ${url.href}.`);
}

async function request(url: URL, fields: FormSubmission['fields'] | undefined, options: SubmitPagesOptions) {
  const { serverUrl, cookies } = options;
  const response = await fetch(new URL(url.pathname + url.search, serverUrl), {
    method: fields ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { cookie: cookies.header(url), accept: 'text/html' },
    ...(fields && { body: new URLSearchParams(fields) }),
  });
  cookies.store(url, response);
  return { response, body: await response.text() };
}

/** The form of the provider's own pages, which a script submits in a browser. */
function providerForm(url: URL, body: string): FormSubmission | undefined {
  const action = /<form[^>]* action="([^"]+)"/.exec(body)?.[1];
  if (action === undefined || !url.pathname.startsWith('/oidc/')) return undefined;
  const hidden = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const button = /<button[^>]* name="([^"]+)" value="([^"]+)"/.exec(body);
  const pairs = button ? [...hidden, button] : hidden;
  return {
    path: action,
    fields: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])),
  };
}

/** The error message of a page, else its whole text. */
function alertOf(body: string): string {
  return pageText(/<p class="alert"[^>]*>([^<]*)</.exec(body)?.[1] ?? body);
}
