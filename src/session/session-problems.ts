import { LogtoException } from '../logto.exceptions.js';

/** The request has no session because nobody mounted one. */
export function sessionNotConfigured(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'There is no session on the request. Either give LogtoModule `session: { secret: "…" }`, and it mounts ' +
      'express-session itself, or mount your own in main.ts before the app listens: ' +
      '`app.use(session({ secret: "…", resave: false, saveUninitialized: false }))`.',
  );
}

/** A socket was opened without a session: no middleware of the app's runs for a handshake. */
export function handshakeWithoutSession(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'There is no session on the handshake of this socket. Let the module mount the session, or hand yours over: ' +
      '`LogtoService.bindHandshake(client, request, sessionMiddleware)` in `handleConnection`, or ' +
      '`server.engine.use(sessionMiddleware)` with socket.io.',
  );
}

/** The module has no application to sign anybody in with. */
export function bearerTokensOnly(): LogtoException {
  return new LogtoException(
    'session_not_configured',
    'LogtoModule was set up for bearer tokens alone. To sign people in, give it `appId`, `baseUrl` and a session.',
  );
}

/** The session on the request is none of express-session. */
export function sessionNotSupported(): LogtoException {
  return new LogtoException(
    'session_not_supported',
    'The session on the request is none of express-session (cookie-session keeps all data in the cookie and has ' +
      'no store). Mount express-session in its place, or give LogtoModule `session: { secret: "…" }`.',
  );
}

/** Both the app and the module mount a session. */
export function sessionConfiguredTwice(): LogtoException {
  return new LogtoException(
    'session_configured_twice',
    'Two sessions are set up: the app mounts one in main.ts, and LogtoModule was given `session` too. ' +
      'Remove one of them.',
  );
}
