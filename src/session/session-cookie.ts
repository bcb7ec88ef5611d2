import type { Request } from 'express';
import type { ExpressSession } from './sessions.js';

/** Whether the browser sent the session's cookie: a session that only this request knows was never stored. */
export function carriesSessionCookie(request: Request): boolean {
  return cookieNames(request).length > 0;
}

/** Tells the browser to forget the session's cookie. */
export function clearSessionCookie(request: Request, session: ExpressSession): void {
  const { path, domain, secure, sameSite } = session.cookie;
  for (const name of cookieNames(request)) {
    request.res?.clearCookie(name, {
      httpOnly: true,
      path: path ?? '/',
      ...(domain === undefined ? {} : { domain }),
      ...(typeof secure === 'boolean' ? { secure } : {}),
      ...(sameSite === undefined ? {} : { sameSite }),
    });
  }
}

/** Found by their value, for an app that mounts express-session itself may call its cookie anything. */
function cookieNames(request: Request): string[] {
  const pairs = request.headers.cookie?.split(';') ?? [];
  return pairs.flatMap((pair) => {
    const [name, value] = pair.split('=', 2);
    const ours = name && value && decoded(value).startsWith(`s:${request.sessionID}.`);
    return ours ? [name.trim()] : [];
  });
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
