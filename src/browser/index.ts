/** The session as `GET /logto/session` describes it. */
export interface Session {
  isAuthenticated: boolean;
  /** The claims in the module's option `sessionClaims`. Absent for an anonymous request. */
  user?: SessionUser;
  /** When the session ends if nothing extends it, as an ISO 8601 date. Absent if it ends with the browser. */
  expiresAt?: string;
  /** The URL of the sign-in route, to navigate to. */
  signInUrl: string;
  /** The URL of the sign-out route, for a form with `method="post"`. */
  signOutUrl: string;
}

/** Claims of the signed-in user. A claim without a value may be `null`. */
export interface SessionUser {
  sub?: string;
  name?: string | null;
  username?: string | null;
  picture?: string | null;
  email?: string | null;
  [claim: string]: unknown;
}

/** Options of {@link createLogtoClient}. */
export interface LogtoClientOptions {
  /** The app's `baseUrl`, if it is not the origin of the page. Default: the origin of the page. */
  baseUrl?: string;
  /** The module's `authRoutesPrefix`. Default: `'logto'`. */
  prefix?: string;
}

/** Options of {@link LogtoClient.signIn}. */
export interface SignInOptions {
  /** Where the user returns to: a path or a URL. Default: this page. */
  returnTo?: string;
  /** Query parameters of the sign-in route, such as `first_screen`, `login_hint` or `max_age`. Default: none. */
  parameters?: Record<string, string>;
}

/** Calls the routes of the module from a page. */
export interface LogtoClient {
  /**
   * Requests the session from the app, without extending it.
   * @throws Error if the app cannot be reached or responds with an error
   */
  getSession: () => Promise<Session>;
  /** Navigates to the sign-in. The promise never settles. */
  signIn: (options?: SignInOptions) => Promise<never>;
  /**
   * Signs the user out of the app and of Logto, and notifies other tabs. The promise never resolves.
   * @throws Error if the app cannot be reached or responds with an error
   */
  signOut: () => Promise<never>;
  /**
   * Calls `listener` once the session is known, and whenever the user changes. Requests the session if the page has not
   * yet, when the page gets the focus or becomes visible, and when another tab notices a change.
   * @returns a function that removes the listener
   */
  onSessionChange: (listener: (session: Session) => void) => () => void;
}

type SessionListener = (session: Session) => void;

const navigateTo = (url: string) => new Promise<never>(() => location.assign(url));

/**
 * Creates a client for the module's routes. You only need it if they are on another origin or have another
 * `authRoutesPrefix`.
 */
export function createLogtoClient({ baseUrl = '', prefix = 'logto' }: LogtoClientOptions = {}): LogtoClient {
  const routes = `${baseUrl.replace(/\/+$/, '')}/${prefix}/`;
  const listeners = new Set<SessionListener>();
  let latest: Session | undefined;
  let knownUser: string | undefined;
  let channel: BroadcastChannel | undefined;

  const send = async (method: string, route: string) => {
    const headers = { accept: 'application/json' };
    const response = await fetch(routes + route, { method, headers, credentials: 'include' });
    if (!response.ok) throw new Error(`${method} ${response.url} failed with status ${response.status}`);
    return response.json();
  };

  const getChannel = () => (channel ??= new BroadcastChannel(routes));

  const notify = (listener: SessionListener) => latest && listeners.has(listener) && listener(latest);

  const getSession = async (): Promise<Session> => {
    const session: Session = (latest = await send('GET', 'session'));
    const user = JSON.stringify([session.user]);
    if (user !== knownUser) {
      knownUser = user;
      getChannel().postMessage(user);
      listeners.forEach(notify);
    }
    return session;
  };

  const check = () => {
    if (listeners.size) getSession().catch(() => {});
  };
  const checkIfVisible = () => document.hidden || check();
  const checkIfChanged = ({ data }: MessageEvent) => data === knownUser || check();

  return {
    getSession,
    signIn({ returnTo = location.href, parameters } = {}) {
      const url = new URL(`${routes}sign-in`, location.href);
      const { origin, href } = new URL(returnTo, location.href);
      const page = origin === url.origin ? href.slice(origin.length) : href;
      return navigateTo(`${url}?${new URLSearchParams({ ...parameters, returnTo: page })}`);
    },
    async signOut() {
      const { redirectTo } = await send('POST', 'sign-out');
      getChannel().postMessage('');
      return navigateTo(redirectTo);
    },
    onSessionChange(listener) {
      listeners.add(listener);
      getChannel().addEventListener('message', checkIfChanged);
      addEventListener('focus', check);
      document.addEventListener('visibilitychange', checkIfVisible);
      if (latest) queueMicrotask(() => notify(listener));
      else check();
      return () => listeners.delete(listener);
    },
  };
}

const client = createLogtoClient();

/** {@link LogtoClient.getSession} for the origin of the page. */
export const getSession: LogtoClient['getSession'] = client.getSession;
/** {@link LogtoClient.signIn} for the origin of the page. */
export const signIn: LogtoClient['signIn'] = client.signIn;
/** {@link LogtoClient.signOut} for the origin of the page. */
export const signOut: LogtoClient['signOut'] = client.signOut;
/** {@link LogtoClient.onSessionChange} for the origin of the page. */
export const onSessionChange: LogtoClient['onSessionChange'] = client.onSessionChange;
