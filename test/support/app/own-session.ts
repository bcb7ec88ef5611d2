import expressSession, { type SessionOptions } from 'express-session';
import { session } from './app.js';

/** The session middleware of an app that mounts its own. */
export const ownSession = (options: Partial<SessionOptions> = {}): ReturnType<typeof expressSession> =>
  expressSession({ ...session, resave: false, saveUninitialized: false, ...options });
