import { LogtoEmulatorError } from '../logto-emulator-error.js';
import type { CookieJar } from './cookie-jar.js';
import { pageText } from './page-text.js';

/** The fields of a form, and where they are posted: to the page itself, unless another is named. */
export interface Answer {
  fields: Record<string, string> | [name: string, value: string][];
  path?: string;
}

/** What {@link walk} stands on. */
export interface Walk {
  /** Where browsers find the emulator. */
  endpoint: string;
  /** Where the emulator listens, if that is another address. */
  address: string;
  cookies: CookieJar;
  /** What to post on a page; undefined where the walk cannot go on. */
  answer: (path: string) => Answer | undefined;
}

/** A sign-in takes some ten steps; more means going in circles. */
const maxSteps = 30;

/** Follows redirects and posts forms until the way leads away from the emulator, or ends where nobody is signed in; gives that URL. */
export async function walk(start: URL, way: Walk): Promise<URL> {
  let url = start;
  let form: Answer['fields'] | undefined;
  for (let step = 0; step < maxSteps; step += 1) {
    if (url.origin !== new URL(way.endpoint).origin) {
      return url;
    }
    const { response, body } = await request(url, form, way);
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      continue;
    }
    if (response.ok && url.pathname === '/oidc/session/end/success') {
      return url;
    }
    const fields = response.ok ? nextForm(url, body, way) : undefined;
    if (!fields) {
      throw new LogtoEmulatorError(
        'walk_failed',
        `The way ends at ${url.pathname} with status ${response.status}: ${readable(body)}`,
      );
    }
    ({ url, form } = fields);
  }
  throw new LogtoEmulatorError('walk_failed', `The way goes in circles; it was last seen at ${url.href}.`);
}

async function request(url: URL, form: Answer['fields'] | undefined, way: Walk) {
  const target = new URL(url.pathname + url.search, way.address);
  const response = await fetch(target, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { cookie: way.cookies.header(url), accept: 'text/html' },
    ...(form && { body: new URLSearchParams(form) }),
  });
  way.cookies.store(url, response);
  return { response, body: await response.text() };
}

function nextForm(url: URL, body: string, way: Walk): { url: URL; form: Answer['fields'] } | undefined {
  const answer = way.answer(url.pathname);
  if (answer) {
    return { url: new URL(answer.path ?? url, url), form: answer.fields };
  }
  // The provider's own pages post themselves by script: their hidden fields say what.
  const action = /<form[^>]* action="([^"]+)"/.exec(body)?.[1];
  if (action === undefined || !url.pathname.startsWith('/oidc/')) {
    return undefined;
  }
  const hidden = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const button = /<button[^>]* name="([^"]+)" value="([^"]+)"/.exec(body);
  return {
    url: new URL(action, url),
    form: Object.fromEntries(
      [...hidden, ...(button ? [button] : [])].map(([, name = '', value = '']) => [name, value]),
    ),
  };
}

function readable(body: string): string {
  return pageText(/<p class="alert"[^>]*>([^<]*)</.exec(body)?.[1] ?? body);
}
