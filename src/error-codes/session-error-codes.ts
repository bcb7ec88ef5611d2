/**
 * The session of a request is missing, or its store fails.
 */
export const sessionErrorCodes = [
  /**
   * The request has no session.
   * @status 500
   * @remedy Set the option `session`, or mount express-session in main.ts before the app listens. In a gateway, pass your
   * session middleware to `LogtoService.bindHandshake`. An app that only accepts bearer tokens needs `appId`, `baseUrl`
   * and a session to sign users in.
   */
  'session_not_configured',
  /**
   * The session does not come from express-session.
   * @status 500
   * @remedy Mount express-session instead of, for example, cookie-session.
   */
  'session_not_supported',
  /**
   * Both the app and the module mount a session.
   * @status 500
   * @remedy Remove the option `session`, or the `app.use(session(…))` in main.ts.
   */
  'session_configured_twice',
  /**
   * The session cookie is `secure`, but the request did not arrive over https. The browser would not get the cookie.
   * @status 500
   * @remedy Let the proxy that terminates TLS send `X-Forwarded-Proto: https`, see
   * [Behind a proxy](docs/how-to/behind-a-proxy.md). If the app mounts its own session, also set
   * `app.set('trust proxy', 1)`.
   */
  'session_cookie_insecure',
  /**
   * A session is mounted, but this request has none. The message says why.
   * @status 500
   * @remedy Mount the session before the middleware that reads the user, check `cookie.path`, and do not set
   * `req.session = null`. See [Troubleshooting](docs/troubleshooting.md).
   */
  'session_missing',
  /**
   * The sign-in succeeded, but the browser did not send the session cookie with the next request.
   * @status 500
   * @remedy Go through the likely causes in the message and the log. [Troubleshooting](docs/troubleshooting.md) explains
   * each of them.
   */
  'session_not_kept',
  /**
   * The session store returns an error, or does not respond.
   * @status 503
   * @remedy Check the store. Users stay signed in, and a retry succeeds once it is back.
   */
  'session_store_unavailable',
  /**
   * The tokens of a sign-in cannot be decrypted: their key is not in `encryption.keys`, or the record was changed in the
   * session store. Only the log has this code: the user is signed out, and the response is `not_authenticated`.
   * @status 401
   * @remedy List the missing key again, after the first one, until the sessions that use it have ended. See
   * [Encrypt tokens](docs/how-to/encrypt-tokens.md).
   */
  'token_decryption_failed',
  /**
   * The app mounts its own session, and `LogtoSessions` was used before the first request passed that middleware.
   * @status 500
   * @remedy Pass a request, or let the module mount the session with the option `session`.
   */
  'session_store_unknown',
  /**
   * The lock (option `lock`) could not be acquired.
   * @status 503
   * @remedy Check the server of the lock, such as Redis. A retry succeeds once it is back.
   */
  'lock_unavailable',
] as const;
