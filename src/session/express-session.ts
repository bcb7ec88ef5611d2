import type { Session, SessionData } from 'express-session';

/** A session that express-session put on a request. */
export type ExpressSession = Session & Partial<SessionData>;
