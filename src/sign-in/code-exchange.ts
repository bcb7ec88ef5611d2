import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { LogtoCallbackTrace } from '../events/logto-traces.js';
import { publish } from '../events/publish.js';
import { LogtoException } from '../logto.exceptions.js';
import type { IdTokenClaims } from '../oidc/claims.js';
import { OidcClient } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { withoutUndefined } from '../options/without-undefined.js';
import { SessionStart } from '../session/session-start.js';
import { Sessions } from '../session/sessions.js';
import type { SessionRecord } from '../store/session-record.js';
import { SignInIndex } from '../store/sign-in-index.js';
import { newTokenRecordId, withTokens } from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { UserMarks } from '../store/user-marks.js';
import { assertAuthenticationContext } from './assert-authentication-context.js';
import type { PendingSignIn } from './cookies/sign-in-cookies.js';
import { SignInApproval } from './sign-in-approval.js';
import { shortState } from './cookies/sign-in-state.js';

/** The result of a callback. */
export interface CallbackOutcome {
  readonly returnTo: string;
  /** The session that was started; `undefined` after a silent sign-in that found no user. */
  readonly sessionId: string | undefined;
}

/** What the code of a callback was exchanged for. */
interface ExchangedCode {
  readonly tokens: TokenSet;
  readonly claims: IdTokenClaims;
  /** When the request was sent, in milliseconds since 1970. */
  readonly exchangedAt: number;
}

/** Errors of a silent sign-in (`prompt=none`) that only mean that Logto would have to show a page. */
const silentErrors: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** How many finished sign-ins a session remembers, to distinguish a reloaded callback from a forged one. */
const maxCompleted = 5;

/** Exchanges the code of a callback for tokens, and starts a session with them. */
@Injectable()
export class CodeExchange {
  constructor(
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly sessionStart: SessionStart,
    private readonly records: TokenRecords,
    private readonly index: SignInIndex,
    private readonly approval: SignInApproval,
    private readonly marks: UserMarks,
  ) {}

  /**
   * Runs the exchange.
   * @param query the query of the callback
   * @param pending the sign-in that it belongs to
   * @param event the event to which the user is added
   * @throws LogtoException `id_token_invalid`, `insufficient_authentication`, Logto's own error, the refusal of a hook or
   * the user resolver, or a transient one
   */
  async run(
    request: Request,
    query: URLSearchParams,
    pending: PendingSignIn,
    event?: LogtoCallbackTrace,
  ): Promise<CallbackOutcome> {
    const { returnTo } = pending;
    const callbackUrl = new URL(pending.redirectUri);
    callbackUrl.search = query.toString();
    const exchangedAt = Date.now();
    this.marks.beginSignIn(request);
    let tokens: TokenSet;
    try {
      tokens = await this.oidc.exchangeCode(callbackUrl, pending);
    } catch (error) {
      const isSilent = pending.silent && error instanceof LogtoException && silentErrors.has(error.code);
      if (isSilent) return { returnTo, sessionId: undefined };
      throw error;
    }
    const { claims } = tokens;
    if (!claims)
      throw new LogtoException('id_token_invalid', 'Logto issued no ID token. Sign in again.', {
        status: 401,
      });
    const { sub, sid } = claims;
    if (event) Object.assign(event, { sub, sid });
    assertAuthenticationContext(claims, pending);
    await this.startSession(request, pending, { tokens, claims, exchangedAt });
    publish('nestjs-logto:session-started', () => ({ sub, sid }));
    return { returnTo, sessionId: request.sessionID };
  }

  private async startSession(
    request: Request,
    pending: PendingSignIn,
    { tokens, claims, exchangedAt }: ExchangedCode,
  ): Promise<void> {
    // Before anything is stored, so that a refused sign-in leaves nothing behind. Its tokens are only dropped: revoking them
    // would end the other sign-ins of the browser, which share the grant.
    const localUser = await this.approval.approve(request, tokens, claims);
    const previous = this.sessions.lastRecord(request);
    const superseded = this.sessions.record(request);
    const id = newTokenRecordId();
    await this.records.save(request, id, withTokens(undefined, {}, tokens));
    const record: SessionRecord = withoutUndefined({
      claims,
      tokenRecordId: id,
      signedInAt: Date.now(),
      // What has changed at Logto since then may not be in the claims: hooks may take long.
      checkedAt: exchangedAt,
      sid: claims.sid,
      authTime: claims.auth_time,
      localUser,
      completed: [...(previous?.completed ?? []), shortState(pending.state)].slice(-maxCompleted),
    });
    const lifetime = request.session.cookie.originalMaxAge;
    await this.sessionStart.start(request, record, async (sessionId) => {
      // Tokens live as long as their session, and the new session may have another lifetime than the previous one.
      if (request.session.cookie.originalMaxAge !== lifetime)
        await this.records.extend(request.sessionStore, record, request.session.cookie.originalMaxAge);
      await this.index.add(request, record, sessionId, superseded);
      return this.applyUserMarks(request, record);
    });
    // Deleted, not revoked: all sign-ins of one browser share a grant at Logto.
    if (superseded) await this.records.delete(request.sessionStore, superseded.tokenRecordId);
  }

  /**
   * Adds to a record what has happened to its user since the code was exchanged.
   * @throws LogtoException `invalid_grant` if all sessions of the user have ended
   */
  private async applyUserMarks({ sessionStore }: Request, record: SessionRecord): Promise<SessionRecord> {
    const { claims, checkedAt, tokenRecordId } = record;
    if ((await this.marks.markedSince(sessionStore, 'ended', claims.sub, checkedAt)) !== undefined) {
      await this.records.delete(sessionStore, tokenRecordId).catch(() => undefined);
      throw new LogtoException(
        'invalid_grant',
        'All sessions of the user were ended while they signed in. In an @OnSignIn() hook, pass `except: request` to end ' +
          'only the other ones.',
        { status: 401, publicMessage: 'Your sign-in has ended in the meantime. Sign in again.' },
      );
    }
    const outdatedSince = await this.marks.markedSince(sessionStore, 'changed', claims.sub, checkedAt);
    return outdatedSince === undefined ? record : { ...record, outdatedSince };
  }
}
