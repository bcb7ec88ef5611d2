import { basePathOf } from './base-path-of.js';
import type { CookieOptions } from 'express-session';
import { expiresProblem, maxAgeProblem } from './cookie-lifetime-problems.js';
import { fatal, warning, type CookieFinding } from './cookie-finding.js';

/** What is wrong with one attribute of a session cookie. */
export interface CookieProblem extends CookieFinding {
  attribute: keyof CookieOptions | 'name';
}

/** A session cookie and the app that sets it. */
export interface CookieInApp {
  /** As express-session takes them: `maxAge` in milliseconds. */
  cookie: Partial<Record<keyof CookieOptions, unknown>>;
  name?: string | undefined;
  /** This app as browsers see it. */
  baseUrl: string;
  /** The path of the module's routes, below `baseUrl`. */
  authRoutesPrefix: string;
}

type Rule = (app: CookieInApp) => CookieFinding | undefined;

/** Checks the attributes of a session cookie against `baseUrl`, and against what express-session and browsers accept. */
export function cookieProblems(app: CookieInApp): CookieProblem[] {
  return Object.entries(rules).flatMap(([attribute, rule]) => {
    const finding = rule(app);
    return finding ? [{ attribute: attribute as CookieProblem['attribute'], ...finding }] : [];
  });
}

/** The log line for a problem. */
export function cookieWarning({ attribute, remedy }: CookieProblem): string {
  return `Check the session cookie's \`${attribute}\`: ${remedy}`;
}

const rules: Record<string, Rule> = {
  name: nameProblem,
  path: pathProblem,
  domain: domainProblem,
  maxAge: ({ cookie }) => maxAgeProblem(cookie.maxAge),
  expires: ({ cookie }) => expiresProblem(cookie.expires),
  secure: secureProblem,
  sameSite: sameSiteProblem,
  httpOnly: ({ cookie }) =>
    cookie.httpOnly === false
      ? warning('it is readable by every script of the page, injected ones too. Leave it out.')
      : undefined,
  partitioned: (app) =>
    app.cookie.partitioned === true && !isSecure(app)
      ? warning(`browsers drop a partitioned cookie that is not secure. ${secureRemedy(app)}`)
      : undefined,
  priority: ({ cookie: { priority } }) =>
    priority === undefined || (typeof priority === 'string' && /^(?:low|medium|high)$/i.test(priority))
      ? undefined
      : fatal('it must be "low", "medium" or "high".'),
};

const isHttps = ({ baseUrl }: CookieInApp): boolean => baseUrl.startsWith('https:');

/** Whether browsers will see the attribute `Secure`. */
function isSecure(app: CookieInApp): boolean {
  const { secure } = app.cookie;
  return secure === true || (secure === 'auto' && isHttps(app));
}

function secureRemedy(app: CookieInApp): string {
  return isHttps(app)
    ? 'Set `secure: true`.'
    : 'Browsers accept no secure cookie over http:. Leave this out, or use https:.';
}

function nameProblem(app: CookieInApp): CookieFinding | undefined {
  const { name, cookie } = app;
  if (!name) return undefined;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    return fatal('it must consist of letters, digits, "-", "_" and ".".');
  const [prefix] = /^__(?:Host|Secure)-/i.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  const dropped = `browsers drop a cookie whose name begins with "${prefix}"`;
  if (!isHttps(app)) return warning(`${dropped} unless it is set over https:, and \`baseUrl\` is http:.`);
  if (!isSecure(app)) return warning(`${dropped} and that is not secure. Set \`secure: true\`.`);
  if (/host/i.test(prefix) && cookie.domain)
    return warning(`${dropped} and that has a domain. Leave one out.`);
  if (/host/i.test(prefix) && (cookie.path ?? '/') !== '/')
    return warning(`${dropped} and that has another path than "/". Leave one out.`);
  return undefined;
}

function pathProblem({
  cookie: { path = '/' },
  baseUrl,
  authRoutesPrefix,
}: CookieInApp): CookieFinding | undefined {
  if (typeof path !== 'string' || !path.startsWith('/'))
    return fatal('it must begin with "/". Leave it out.');
  const routes = `${basePathOf(baseUrl)}/${authRoutesPrefix}`;
  const own = path.replace(/\/$/, '');
  if (!`${routes}/`.startsWith(`${own}/`)) {
    return fatal(
      `express-session ignores requests outside this path, and the sign-in routes are at "${routes}": nobody would ` +
        'be signed in. Leave it out.',
    );
  }
  return own === routes
    ? warning(
        `only the sign-in routes, below "${routes}", would have a session, and your pages would not. Leave it out.`,
      )
    : undefined;
}

function domainProblem({ cookie: { domain }, baseUrl }: CookieInApp): CookieFinding | undefined {
  if (!domain) return undefined;
  if (typeof domain !== 'string') return fatal('it must be a host name. Leave it out.');
  const given = domain.toLowerCase().replace(/^\./, '');
  const { hostname } = new URL(baseUrl);
  if (given === hostname) return undefined;
  if (!hostname.endsWith(`.${given}`))
    return warning(
      `"${given}" is not a parent of "${hostname}", the host of \`baseUrl\`: browsers drop the cookie, and nobody would stay signed in. ` +
        'Leave it out, and the cookie is for this host.',
    );
  return given.includes('.')
    ? undefined
    : warning(
        `browsers reject cookies for a top-level domain such as "${given}". Leave it out, and the cookie is for "${hostname}".`,
      );
}

function secureProblem(app: CookieInApp): CookieFinding | undefined {
  const { secure } = app.cookie;
  if (secure !== undefined && typeof secure !== 'boolean' && secure !== 'auto')
    return fatal('it must be true, false or "auto".');
  if (secure === true && !isHttps(app)) {
    return fatal(
      'express-session sets no secure cookie over http:, so nobody would stay signed in. Leave it out: it follows `baseUrl`.',
    );
  }
  return secure === false && isHttps(app)
    ? warning(
        '`baseUrl` is https:, but the cookie is also sent over plain http:, where anybody on the network can read it. Set ' +
          "`secure: true`. Behind a proxy that terminates TLS an app's own session needs `proxy: true` as well, or the app " +
          '`trust proxy`.',
      )
    : undefined;
}

function sameSiteProblem(app: CookieInApp): CookieFinding | undefined {
  // express-session takes `true` for "strict", and names in any case.
  const sameSite = app.cookie.sameSite === true ? 'strict' : app.cookie.sameSite;
  if (sameSite === undefined || sameSite === false) return undefined;
  const name = typeof sameSite === 'string' ? sameSite.toLowerCase() : '';
  if (!['strict', 'lax', 'none', 'auto'].includes(name))
    return fatal('it must be "lax", "none" or "auto". Leave it out for "lax".');
  if (name === 'strict') {
    return fatal(
      '"strict" keeps the session from the request that comes back from Logto, so nobody would be signed in there. Use "lax".',
    );
  }
  return name === 'none' && !isSecure(app)
    ? warning(
        `browsers drop a \`sameSite: "none"\` cookie that is not secure, so nobody would stay signed in. ${
          isHttps(app)
            ? 'Set `secure: true`, or use "lax".'
            : 'Browsers accept no secure cookie over http:, so use "lax".'
        }`,
      )
    : undefined;
}
