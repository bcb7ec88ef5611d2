import { Injectable, type ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';
import type { UserInfoResponse } from '../oidc/claims.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { PassiveRequests } from '../request/passive-requests.js';
import { Sessions } from '../session/sessions.js';
import type { SessionRecord } from '../store/session-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Revalidation } from '../tokens/revalidation.js';
import { cloneJson } from './clone-json.js';
import { anonymousContext, type LogtoContext } from './logto-context.js';
import { executionKey } from './request-source.js';

/** What is known about the user of one request. */
export interface UserState {
  /** Whether a guard has set the user, regardless of the session. */
  readonly isOverridden: boolean;
  /** Whether a guard that requires a user has let the HTTP request pass. */
  isAdmitted: boolean;
  /** Whether every guard has let the request pass. */
  guardsPassed: boolean;
  readonly record: SessionRecord | undefined;
  readonly context: LogtoContext;
  userInfo?: Promise<UserInfoResponse>;
  /** Contexts with tokens and user info, by what was requested. */
  contexts?: Map<string, Promise<LogtoContext>>;
}

/** A request holds one state for each app that it passes through. */
interface StateHolder {
  [app: symbol]: UserState | undefined;
}

/** The user of a request: the session's, unless a guard has set another one, as for a bearer token. */
@Injectable()
export class CurrentUser {
  /** A property of the request: short-lived keys in a WeakMap would make every garbage collection slower. */
  private readonly state = Symbol('nestjs-logto.user');

  /** The fields and messages that a guard that requires a user has let pass. They may share their request. */
  private readonly admitted = new WeakSet<object>();

  private readonly keepsRecordsAlive: boolean;

  constructor(
    private readonly sessions: Sessions,
    private readonly revalidation: Revalidation,
    private readonly records: TokenRecords,
    private readonly passiveRequests: PassiveRequests,
    options: ResolvedLogtoOptions,
  ) {
    this.keepsRecordsAlive = !touchesOnLoad(options);
  }

  /** Returns the context as the session has it. Schedules a refresh of outdated claims after the response. */
  getContext(request: Request): LogtoContext {
    const { record, context } = this.stateOf(request);
    if (record && this.revalidation.isDue(record) && !this.passiveRequests.has(request))
      this.revalidation.runAfterwards(request, () => this.sessions.record(request));
    return context;
  }

  /** Refreshes claims that are older than `revalidateAfter`, and returns the context. */
  async revalidate(request: Request): Promise<LogtoContext> {
    const { record, context } = this.stateOf(request);
    if (!record || !this.revalidation.isDue(record)) return context;
    await this.revalidation.run(request, record);
    return this.getContext(request);
  }

  /** Makes `context` the user of a request, regardless of its session. */
  override(request: Request, context: LogtoContext): void {
    this.sessions.disregard(request);
    const { isAdmitted, guardsPassed } = this.passedGuards(request);
    this.setState(request, { isOverridden: true, isAdmitted, guardsPassed, record: undefined, context });
  }

  isOverridden(request: Request): boolean {
    return this.existingState(request)?.isOverridden === true;
  }

  /** Records that a guard that requires a user has let an execution pass. */
  admit(host: ArgumentsHost, request: Request): void {
    if (host.getType() === 'http') this.stateOf(request).isAdmitted = true;
    else this.admitted.add(executionKey(host));
  }

  /** Whether a guard that requires a user has let a GraphQL field or a message pass. */
  isAdmitted(host: ArgumentsHost): boolean {
    return this.admitted.has(executionKey(host));
  }

  /**
   * Records that every guard has let a request pass, so that its handler runs next.
   * @returns whether it may run: a sign-in that a guard requires may have ended since
   */
  markGuardsPassed(request: Request): boolean {
    // This also reads the session before it may expire during a long handler.
    const state = this.stateOf(request);
    state.guardsPassed = true;
    return !state.isAdmitted || state.context.isAuthenticated;
  }

  haveGuardsPassed(request: Request): boolean {
    return this.passedGuards(request).guardsPassed;
  }

  /** The state of a request, replaced by a new one whenever its session record changes. */
  stateOf(request: Request): UserState {
    const existing = this.existingState(request);
    if (existing?.isOverridden) return existing;
    const signedIn = this.sessions.record(request);
    const record = signedIn && this.sessions.recordActivity(request, signedIn);
    if (existing && existing.record === record) return existing;
    // The handler of a guarded route keeps its user, unless it ends the sign-in itself.
    if (!record && existing?.isAdmitted && existing.guardsPassed && !this.sessions.hasEnded(request))
      return existing;
    if (record && this.keepsRecordsAlive && !this.passiveRequests.has(request))
      this.records.keepAlive(request, record);
    const { isAdmitted, guardsPassed } = this.passedGuards(request);
    const state = { isOverridden: false, isAdmitted, guardsPassed, record, context: contextOf(record) };
    this.setState(request, state);
    return state;
  }

  /** The state of a request. A fork, as a GraphQL field may have, inherits it until it has its own. */
  private existingState(request: object): UserState | undefined {
    return (request as StateHolder)[this.state];
  }

  /** What the guards have decided so far: it stays when the user of the request changes. */
  private passedGuards(request: object): Pick<UserState, 'isAdmitted' | 'guardsPassed'> {
    return this.existingState(request) ?? { isAdmitted: false, guardsPassed: false };
  }

  private setState(request: object, state: UserState): void {
    (request as StateHolder)[this.state] = state;
  }
}

function contextOf(record: SessionRecord | undefined): LogtoContext {
  if (!record) return anonymousContext();
  const context: LogtoContext = { isAuthenticated: true, claims: cloneJson(record.claims) };
  if (record.localUser !== undefined) context.localUser = cloneJson(record.localUser);
  return context;
}

/** Whether the module's store touches the token record of a session as it loads the session. */
function touchesOnLoad({ session }: ResolvedLogtoOptions): boolean {
  return session !== undefined && (session.store === undefined || session.store.touch !== undefined);
}
