import type { Request } from 'express';
import type { ExpressSession } from './sessions.js';

/**
 * Tells the browser to forget the session's cookie. The name is found by its value, for an app that mounts
 * express-session itself may call it anything.
 */
export function clearSessionCookie(request: Request, session: ExpressSession): void {
  const { path, domain, secure, sameSite } = session.cookie;
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const [name, value] = pair.split('=', 2);
    if (!name || !value || !decoded(value).startsWith(`s:${request.sessionID}.`)) continue;
    request.res?.clearCookie(name.trim(), {
      httpOnly: true,
      path: path ?? '/',
      ...(domain === undefined ? {} : { domain }),
      ...(typeof secure === 'boolean' ? { secure } : {}),
      ...(sameSite === undefined ? {} : { sameSite }),
    });
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
