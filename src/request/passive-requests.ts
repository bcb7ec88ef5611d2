import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

/**
 * Requests that must not extend their session: those of the session route, which a front end may send at any interval.
 * They record no activity, touch nothing in the store and refresh no claims.
 */
@Injectable()
export class PassiveRequests {
  private readonly requests = new WeakSet<Request>();

  /** Call it before the session is loaded. */
  add(request: Request): void {
    this.requests.add(request);
  }

  has(request: Request): boolean {
    return this.requests.has(request);
  }
}

/**
 * Makes express-session leave the session of a request as it is: without an ID it neither saves nor touches the session,
 * and sets no cookie, whatever `rolling`, `resave` and `saveUninitialized` say.
 */
export function withholdSession(request: Request): void {
  delete (request as { sessionID?: string }).sessionID;
}
