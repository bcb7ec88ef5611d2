import type { SessionOptions } from 'express-session';
import { session, type TestAppParts } from './app.js';
import { ownSession } from './own-session.js';

/** The parts of an app that mount its session. */
type Mount = (options?: Partial<SessionOptions>) => Pick<TestAppParts, 'logto' | 'configure'>;

/** The module mounts the session. */
export const mountedByModule: Mount = (options) => ({ logto: { session: { ...session, ...options } } });

/** The app mounts the session in main.ts. */
export const mountedByApp: Mount = (options) => ({
  logto: { session: undefined },
  configure: (app) => app.use(ownSession(options)),
});

/** Both, as rows of a table. */
export const sessionMounts: [mountedBy: string, mount: Mount][] = [
  ['the module', mountedByModule],
  ['the app', mountedByApp],
];
