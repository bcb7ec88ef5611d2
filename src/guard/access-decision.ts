import { Logger, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LogtoException } from '../logto.exceptions.js';
import type { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { handshakeWithoutSession } from '../session/session-problems.js';
import type { Sessions } from '../session/sessions.js';
import type { LogtoContext } from '../user/logto-context.js';
import { attachContext } from '../user/execution-context.js';
import { isSocket, type RequestSource } from '../user/request-source.js';
import type { UserContextResolver } from '../user/user-context-resolver.js';
import type { Credential } from '../user/with-logto.options.js';
import type { AccessPlan, AccessPlans } from './access-plans.js';
import type { BearerAuthentication } from './bearer/bearer-authentication.js';
import type { BearerSubject } from './bearer/bearer-subject.js';
import { hasAuthorization } from './bearer/bearer-token.js';
import type { CrossSite } from './cross-site.js';
import type { DecidingScopes } from './deciding-scopes.js';
import type { DecidingUserInfo } from './deciding-user-info.js';
import { boundOrganization } from './requirements/organization-source.js';
import type { Refusal } from './denial/refusal.js';
import type { SignInClock } from './sign-in-clock.js';
import type { RequirementCheck } from './requirements/requirement-check.js';
import { SessionSubject } from './session-subject.js';
import type { Subject } from './requirements/subject.js';

/** May this request pass? The one place where it is decided, for every guard of this library. */
export class AccessDecision {
  private readonly logger = new Logger('LogtoModule');
  private readonly reported = new Set<string>();

  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly source: RequestSource,
    private readonly resolver: UserContextResolver,
    private readonly plans: AccessPlans,
    private readonly sessions: Sessions,
    private readonly scopes: DecidingScopes,
    private readonly userInfo: DecidingUserInfo,
    private readonly bearer: BearerAuthentication,
    private readonly requirements: RequirementCheck,
    private readonly crossSite: CrossSite,
    private readonly refusal: Refusal,
    private readonly signInClock: SignInClock,
  ) {}

  /**
   * @param own how visitors say who they are, where the route does not say it by `@WithLogto({ accept })`
   * @returns a value where nothing has to be waited for: the ordinary request
   * @throws LogtoException when it may not, with the answer that fits the visitor
   */
  may(host: ExecutionContext, own: readonly Credential[]): boolean | Promise<boolean> {
    const plan = this.plans.of(host);
    if (plan.access === 'public') return true;
    const request = this.source.of(host);
    if (!request) throw this.unreadable(host);
    const accept = plan.route.accept ?? own;
    return request instanceof Promise
      ? request.then((read) => this.decide(host, read, plan, accept))
      : this.decide(host, request, plan, accept);
  }

  private decide(
    host: ExecutionContext,
    request: Request,
    plan: AccessPlan,
    accept: readonly Credential[],
  ): boolean | Promise<boolean> {
    protectFromCaches(request, accept);
    // An Authorization header decides: a bad one is not rescued by a session.
    if (accept.includes('bearer') && hasAuthorization(request)) return this.byBearer(host, request, plan);
    // Nor does a token that another guard has let pass stand for a session.
    if (!accept.includes('session') || this.resolver.isAdopted(request))
      return this.anonymous(host, request, plan, accept);
    // Tokens that were asked for are the interceptor's to fetch: whether somebody is there does not hang on them.
    const context = this.resolver.resolve(request, {});
    return context instanceof Promise
      ? context.then((resolved) => this.bySession(host, request, plan, accept, resolved))
      : this.bySession(host, request, plan, accept, context);
  }

  private byBearer(host: ExecutionContext, request: Request, plan: AccessPlan): boolean | Promise<boolean> {
    const refuse = (error: unknown): never => {
      // Nor is it by a guard of the app's own that lets it pass all the same.
      this.adopt(host, request, { isAuthenticated: false });
      throw this.refusal.ofBearer(request, error);
    };
    const passAs = (subject: BearerSubject): boolean | Promise<boolean> => {
      this.bearer.assertWithin(subject, boundOrganization(request, plan.organizations));
      return this.pass(host, this.adopt(host, request, subject.context), plan, subject);
    };
    try {
      const subject = this.bearer.authenticate(request);
      const may = subject instanceof Promise ? subject.then(passAs) : passAs(subject);
      return may instanceof Promise ? may.catch(refuse) : may;
    } catch (error) {
      return refuse(error);
    }
  }

  private bySession(
    host: ExecutionContext,
    request: Request,
    plan: AccessPlan,
    accept: readonly Credential[],
    context: LogtoContext,
  ): boolean | Promise<boolean> {
    if (!context.isAuthenticated) return this.anonymous(host, request, plan, accept);
    if (isSocket(host)) this.crossSite.assertHandshake(request);
    else this.crossSite.assertSameSite(request);
    if (plan.requirements.length === 0) return attach(host, request, context);
    const subject = new SessionSubject(request, context, this.scopes, this.userInfo, this.options.scopes);
    return this.fulfil(host, request, plan, subject).catch((error: unknown) => {
      throw this.refusal.ofSession(host, request, plan, error);
    });
  }

  private pass(
    host: ExecutionContext,
    request: Request,
    plan: AccessPlan,
    subject: Subject,
  ): boolean | Promise<boolean> {
    if (plan.requirements.length === 0) return attach(host, request, subject.context);
    return this.fulfil(host, request, plan, subject);
  }

  private async fulfil(
    host: ExecutionContext,
    request: Request,
    plan: AccessPlan,
    subject: Subject,
  ): Promise<boolean> {
    const { signInMaxAge } = await this.requirements.run(request, subject, plan);
    if (signInMaxAge !== undefined) {
      const difference = this.signInClock.differenceFor(subject, signInMaxAge);
      throw this.refusal.recentSignIn(host, request, plan, subject.credential, signInMaxAge, difference);
    }
    return attach(host, request, subject.context);
  }

  private anonymous(
    host: ExecutionContext,
    request: Request,
    plan: AccessPlan,
    accept: readonly Credential[],
  ): boolean {
    // With the store down nobody can tell whether somebody is there: that is no pass, not even an optional one.
    if (accept.includes('session')) {
      if (this.options.client && this.source.hasNoSession(request)) throw handshakeWithoutSession();
      this.sessions.require(request);
    }
    if (plan.access === 'optional') {
      const nobody = { isAuthenticated: false };
      // A session that the route does not accept is nobody to its handler either.
      const asNobody = accept.includes('session') ? request : this.adopt(host, request, nobody);
      return attach(host, asNobody, nobody);
    }
    throw this.refusal.ofNobody(host, request, plan, accept);
  }

  /**
   * Takes the word of something else than the session for who the user is.
   * @returns the request to go on with: another one where fields or messages beside it go by its session
   */
  private adopt(host: ExecutionContext, request: Request, context: LogtoContext): Request {
    const isShared =
      host.getType() !== 'http' &&
      !this.resolver.isAdopted(request) &&
      this.resolver.known(request).isAuthenticated;
    const own = isShared ? this.source.ownOf(host, request) : request;
    this.resolver.adopt(own, context);
    return own;
  }

  private unreadable(host: ExecutionContext): LogtoException {
    const transport: string = host.getType();
    const message =
      `A guard of nestjs-logto cannot read a request of the transport "${transport}", and lets nothing pass that ` +
      'it cannot read. For a `ws` gateway call `LogtoService.bindHandshake(client, request)` in `handleConnection`.';
    if (!this.reported.has(transport)) {
      this.reported.add(transport);
      this.logger.error(message);
    }
    return new LogtoException('context_not_supported', message, {
      status: 403,
      publicMessage: 'This cannot be reached in this way.',
    });
  }
}

function attach(host: ExecutionContext, request: Request, context: LogtoContext): true {
  attachContext(host, request, context);
  return true;
}

/**
 * What a guard lets through is one person's: no cache may hand it to the next, whatever a middleware has said of all
 * answers. A handler's own headers come later, and win.
 */
function protectFromCaches(request: Request, accept: readonly Credential[]): void {
  const response = request.res;
  if (!response || response.headersSent) return;
  response.setHeader('Cache-Control', 'private, no-store');
  if (accept.includes('session')) vary(response, 'Cookie');
  if (accept.includes('bearer')) vary(response, 'Authorization');
}

/** Express' own reads what is there first, which costs where nothing is. */
function vary(response: Response, header: string): void {
  if (response.hasHeader('Vary')) response.vary(header);
  else response.setHeader('Vary', header);
}
