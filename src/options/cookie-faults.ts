import type { CookieOptions } from 'express-session';

/** One attribute of a session cookie that does not do what it was most likely meant to do. */
export interface CookieFault {
  attribute: keyof CookieOptions | 'name';
  /** What is wrong and what to do about it. */
  remedy: string;
  /** Whether the app is better off not starting: express-session throws, or never shows the session to the routes. */
  isFatal: boolean;
}

/** A session cookie, and the app that it is for. */
export interface CookieInApp {
  /** As express-session takes them: `maxAge` in milliseconds. */
  cookie: Partial<Record<keyof CookieOptions, unknown>>;
  name?: string | undefined;
  /** This app as browsers see it. */
  baseUrl: string;
  /** The path of the module's routes, below `baseUrl`. */
  authRoutesPrefix: string;
}

/** Looks at one attribute. */
type Rule = (app: CookieInApp) => Omit<CookieFault, 'attribute'> | undefined;

/** What is wrong with a session cookie, as far as its attributes and `baseUrl` tell. */
export function cookieFaults(app: CookieInApp): CookieFault[] {
  return Object.entries(rules).flatMap(([attribute, rule]) => {
    const fault = rule(app);
    return fault ? [{ attribute: attribute as CookieFault['attribute'], ...fault }] : [];
  });
}

/** A fault as a sentence for the log. */
export function cookieRemark({ attribute, remedy }: CookieFault): string {
  return `Check the session cookie's \`${attribute}\`: ${remedy}`;
}

const rules: Record<string, Rule> = {
  name: nameFault,
  path: pathFault,
  domain: domainFault,
  maxAge: ({ cookie }) => maxAgeFault(cookie.maxAge),
  expires: ({ cookie }) => expiresFault(cookie.expires),
  secure: secureFault,
  sameSite: sameSiteFault,
  httpOnly: ({ cookie }) =>
    cookie.httpOnly === false
      ? remark('it is readable by every script of the page, injected ones too. Leave it out.')
      : undefined,
  partitioned: (app) =>
    app.cookie.partitioned === true && !isSecure(app)
      ? remark(`browsers drop a partitioned cookie that is not secure. ${secureRemedy(app)}`)
      : undefined,
  priority: ({ cookie: { priority } }) =>
    priority === undefined || (typeof priority === 'string' && /^(?:low|medium|high)$/i.test(priority))
      ? undefined
      : fatal('it has to be "low", "medium" or "high".'),
};

const fatal = (remedy: string): Omit<CookieFault, 'attribute'> => ({ remedy, isFatal: true });
const remark = (remedy: string): Omit<CookieFault, 'attribute'> => ({ remedy, isFatal: false });

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

function nameFault(app: CookieInApp): ReturnType<Rule> {
  const { name, cookie } = app;
  if (!name) return undefined;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    return fatal('it has to consist of letters, digits, "-", "_" and ".".');
  const [prefix] = /^__(?:Host|Secure)-/i.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  const dropped = `browsers drop a cookie whose name begins with "${prefix}"`;
  if (!isHttps(app)) return remark(`${dropped} unless it is set over https:, and \`baseUrl\` is http:.`);
  if (!isSecure(app)) return remark(`${dropped} and that is not secure. Set \`secure: true\`.`);
  if (/host/i.test(prefix) && cookie.domain)
    return remark(`${dropped} and that has a domain. Leave one out.`);
  if (/host/i.test(prefix) && (cookie.path ?? '/') !== '/')
    return remark(`${dropped} and that has another path than "/". Leave one out.`);
  return undefined;
}

function pathFault({ cookie: { path = '/' }, baseUrl, authRoutesPrefix }: CookieInApp): ReturnType<Rule> {
  if (typeof path !== 'string' || !path.startsWith('/'))
    return fatal('it has to begin with "/". Leave it out.');
  const routes = `${new URL(baseUrl).pathname.replace(/\/+$/, '')}/${authRoutesPrefix}`;
  const own = path.replace(/\/$/, '');
  if (!`${routes}/`.startsWith(`${own}/`)) {
    return fatal(
      `express-session ignores requests outside this path, and the sign-in routes are at "${routes}": nobody would ` +
        'be signed in. Leave it out.',
    );
  }
  return own === routes
    ? remark(
        `only the sign-in routes, below "${routes}", would have a session, and your pages would not. Leave it out.`,
      )
    : undefined;
}

function domainFault({ cookie: { domain }, baseUrl }: CookieInApp): ReturnType<Rule> {
  if (!domain) return undefined;
  if (typeof domain !== 'string') return fatal('it has to be a host name. Leave it out.');
  const given = domain.toLowerCase().replace(/^\./, '');
  const { hostname } = new URL(baseUrl);
  if (given === hostname) return undefined;
  if (!hostname.endsWith(`.${given}`))
    return remark(
      `"${given}" is no parent of "${hostname}", the host of \`baseUrl\`: browsers drop the cookie, and nobody would stay signed in. ` +
        'Leave it out, and the cookie is for this host.',
    );
  return given.includes('.')
    ? undefined
    : remark(
        `browsers reject cookies for a top-level domain such as "${given}". Leave it out, and the cookie is for "${hostname}".`,
      );
}

function secureFault(app: CookieInApp): ReturnType<Rule> {
  const { secure } = app.cookie;
  if (secure !== undefined && typeof secure !== 'boolean' && secure !== 'auto')
    return fatal('it has to be true, false or "auto".');
  if (secure === true && !isHttps(app)) {
    return fatal(
      'express-session sets no secure cookie over http:, so nobody would stay signed in. Leave it out: it follows `baseUrl`.',
    );
  }
  return secure === false && isHttps(app)
    ? remark(
        '`baseUrl` is https:, but the cookie is also sent over plain http:, where anybody on the network can read it. Set ' +
          "`secure: true`. Behind a proxy that ends TLS an app's own session needs `proxy: true` as well, or the app " +
          '`trust proxy`.',
      )
    : undefined;
}

function sameSiteFault(app: CookieInApp): ReturnType<Rule> {
  // express-session takes `true` for "strict", and names in any case.
  const sameSite = app.cookie.sameSite === true ? 'strict' : app.cookie.sameSite;
  if (sameSite === undefined || sameSite === false) return undefined;
  const name = typeof sameSite === 'string' ? sameSite.toLowerCase() : '';
  if (!['strict', 'lax', 'none', 'auto'].includes(name))
    return fatal('it has to be "lax", "none" or "auto". Leave it out for "lax".');
  if (name === 'strict') {
    return fatal(
      '"strict" keeps the session from the request that comes back from Logto, so nobody would be signed in there. Use "lax".',
    );
  }
  return name === 'none' && !isSecure(app)
    ? remark(
        `browsers drop a \`sameSite: "none"\` cookie that is not secure, so nobody would stay signed in. ${
          isHttps(app)
            ? 'Set `secure: true`, or use "lax".'
            : 'Browsers accept no secure cookie over http:, so use "lax".'
        }`,
      )
    : undefined;
}

const hour = 60 * 60 * 1000;
const day = 24 * hour;

function maxAgeFault(maxAge: unknown): ReturnType<Rule> {
  // The cookie then ends with the browser.
  if (maxAge === undefined || maxAge === null || maxAge instanceof Date) return undefined;
  if (typeof maxAge !== 'number' || !Number.isFinite(maxAge))
    return fatal('it has to be a number of milliseconds.');
  if (maxAge <= 0) return remark('it has to be more than zero milliseconds, or the session expires at once.');
  if (maxAge < hour) {
    return remark(
      `the session lives ${Math.round(maxAge / 60_000)} minutes. express-session takes milliseconds: two weeks are ` +
        '`14 * 24 * 60 * 60 * 1000`.',
    );
  }
  // Whole days in seconds, and no time that somebody would choose in milliseconds.
  const days = maxAge / (day / 1000);
  return maxAge < day && Number.isInteger(days) && maxAge % 60_000 !== 0
    ? remark(
        `the session lives ${(maxAge / hour).toFixed(1)} hours. ${days} days in seconds? express-session takes ` +
          `milliseconds: \`${days} * 24 * 60 * 60 * 1000\`.`,
      )
    : undefined;
}

function expiresFault(expires: unknown): ReturnType<Rule> {
  if (!expires) return undefined;
  if (!(expires instanceof Date)) return fatal('it has to be a Date. Use `maxAge`, in milliseconds.');
  return expires.getTime() > Date.now()
    ? remark('it is a fixed date, so all sessions end at the same time. Use `maxAge`, in milliseconds.')
    : remark('it is in the past, so every session has already expired. Use `maxAge`, in milliseconds.');
}
