import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LogtoException, LogtoUnauthenticatedException } from '../logto.exceptions.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import { OperatorLog } from '../operator-log.js';
import { OidcClient, type TokenTarget } from '../oidc/oidc-client.js';
import type { TokenSet } from '../oidc/token-set.js';
import { refreshedRecord, sameClaims } from './refreshed-claims.js';
import { endedRecord, isSignedIn, type SessionRecord } from '../store/session-record.js';
import { Sessions } from '../session/sessions.js';
import {
  accessTokenKey,
  tokenRecordKey,
  withTokens,
  type StoredAccessToken,
  type TokenRecord,
} from '../store/token-record.js';
import { TokenRecords } from '../store/token-records.js';
import { Tombstones } from '../store/tombstones.js';
import { RefreshedRecords } from '../store/refreshed-records.js';

/** How long another instance is given to store the rotation that made this one's token invalid, in milliseconds. */
const adoptionDelays = [0, 100, 300, 600];

/** How often rotations of other instances are adopted in one go: with each, this one's token was overtaken. */
const maxAdoptions = 3;

/** What a grant starts from. */
export interface GrantStart {
  /** The stored tokens, read while no other refresh of the sign-in runs. */
  readonly tokens: TokenRecord | undefined;
  /** An access token that Logto no longer takes. */
  readonly refused?: string | undefined;
  /** Whether whatever was kept is to be had anew. Default: `false`. */
  readonly renew?: boolean;
}

/** One refresh grant from the stored tokens to the stored answer, whatever happens on the way. */
@Injectable()
export class RefreshGrant {
  constructor(
    private readonly options: ResolvedLogtoOptions,
    private readonly oidc: OidcClient,
    private readonly sessions: Sessions,
    private readonly records: TokenRecords,
    private readonly tombstones: Tombstones,
    private readonly refreshed: RefreshedRecords,
    private readonly log: OperatorLog,
  ) {}

  /**
   * The access token for `target`.
   * @throws LogtoUnauthenticatedException when Logto or the user has ended the sign-in
   * @throws LogtoException `missing_refresh_token`, `id_token_invalid`, Logto's own refusal, or a transient one
   */
  async run(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    start: GrantStart,
    adoptions = 0,
  ): Promise<StoredAccessToken> {
    const { tokens } = start;
    if (!tokens) return this.ended(request, record);
    if (tokens.refreshToken === undefined) return withoutRefreshToken(target, start);
    let answer: TokenSet;
    try {
      answer = await this.oidc.refresh(tokens.refreshToken, target, (rotated) =>
        this.rescue(request, record, { ...tokens, refreshToken: rotated }),
      );
    } catch (error) {
      if (!endsSignIn(error, target)) {
        if (usesTokenUp(error)) await this.run(request, record, {}, { tokens }).catch(() => undefined);
        throw error;
      }
      const elsewhere = await this.rotatedElsewhere(request, record, tokens.refreshToken);
      if (!elsewhere || adoptions === maxAdoptions) return this.ended(request, record, error);
      const key = accessTokenKey(target);
      const brought = elsewhere.accessTokens[key];
      const isNew = brought && brought.token !== tokens.accessTokens[key]?.token;
      if (!start.renew && isNew && Date.now() < brought.refreshAt) return brought;
      return this.run(request, record, target, { ...start, tokens: elsewhere }, adoptions + 1);
    }
    if (answer.claims && answer.claims.sub !== record.claims.sub) {
      throw new LogtoException('id_token_invalid', "The refreshed ID token is another user's.", {
        status: 401,
        needsOperator: true,
      });
    }
    return this.keep(request, record, target, { ...start, tokens }, answer);
  }

  /** Ends the sign-in; the session and the app's own data in it stay. */
  async end(request: Request, record: SessionRecord): Promise<void> {
    await this.tombstones.mark(request.sessionStore, [record.tokens, tokenRecordKey(record.tokens)]);
    await this.sessions.replace(request, record, endedRecord(record));
    await this.records.delete(request.sessionStore, record.tokens);
  }

  private async ended(request: Request, record: SessionRecord, cause?: unknown): Promise<never> {
    await this.end(request, record);
    throw new LogtoUnauthenticatedException({ cause });
  }

  private async keep(
    request: Request,
    record: SessionRecord,
    target: TokenTarget,
    { tokens, renew = false }: GrantStart,
    answer: TokenSet,
  ): Promise<StoredAccessToken> {
    const store = request.sessionStore;
    if (await this.tombstones.has(store, record.tokens).catch(() => false)) {
      // The user signed out meanwhile: nobody may go on with what came too late.
      if (answer.refreshToken !== undefined) {
        await this.oidc.revoke(answer.refreshToken, 'refresh_token').catch(() => undefined);
      }
      throw new LogtoUnauthenticatedException();
    }
    // Read again: another instance may have added tokens meanwhile.
    const latest = (await this.records.load(store, record.tokens).catch(() => undefined)) ?? tokens;
    const base = renew ? { ...latest, accessTokens: {}, userInfo: undefined } : latest;
    const next = withTokens(base, target, answer);
    try {
      await this.records.save(request, record.tokens, next);
      await this.updateClaims(request, record, answer);
    } catch (error) {
      this.log.remark(
        'warn',
        'Refreshed tokens could not be stored. This process keeps them until they can.',
        {
          details: inspect(error),
        },
      );
    }
    return next.accessTokens[accessTokenKey(target)] as StoredAccessToken;
  }

  /** Keeps a successor whose answer could not be validated: without it the next refresh would end the grant. */
  private async rescue(request: Request, record: SessionRecord, tokens: TokenRecord): Promise<void> {
    await this.records.save(request, record.tokens, tokens).catch(() => undefined);
  }

  private async updateClaims(request: Request, record: SessionRecord, { claims }: TokenSet): Promise<void> {
    const known = this.refreshed.newest(record);
    if (!claims || !isSignedIn(known)) return;
    const next = refreshedRecord(known, claims);
    this.refreshed.remember(record.tokens, next);
    const { revalidateAfter } = this.options;
    const due = revalidateAfter !== false && next.checkedAt - record.checkedAt > revalidateAfter / 2;
    if (due || !sameClaims(known.claims, next.claims)) await this.sessions.replace(request, record, next);
  }

  private async rotatedElsewhere(
    request: Request,
    record: SessionRecord,
    used: string,
  ): Promise<TokenRecord | undefined> {
    // Under a lock nobody else is about to store anything.
    for (const wait of this.options.lock ? [0] : adoptionDelays) {
      await delay(wait);
      const latest = await this.records.load(request.sessionStore, record.tokens);
      if (!latest) return undefined;
      if (latest.refreshToken !== undefined && latest.refreshToken !== used) return latest;
    }
    return undefined;
  }
}

function withoutRefreshToken(target: TokenTarget, { tokens, refused }: GrantStart): StoredAccessToken {
  const kept = tokens?.accessTokens[accessTokenKey(target)];
  if (kept && kept.token !== refused && Date.now() < kept.expiresAt) return kept;
  const message =
    'There is no refresh token to get this access token with. Logto gives one for the scope `offline_access` ' +
    'and `prompt: "consent"`, the defaults.';
  // A new sign-in brings a token for userinfo, but none for a resource: to ask for one would go round in circles.
  if (target.resource === undefined && target.organizationId === undefined) {
    throw new LogtoUnauthenticatedException({
      code: 'missing_refresh_token',
      message,
      publicMessage: 'Your sign-in has ended. Sign in again.',
    });
  }
  throw new LogtoException('missing_refresh_token', message);
}

/**
 * Whether Logto may have used the refresh token up all the same: it rotates before it looks at the resource. The
 * successor is to be had while the one that was sent is still taken.
 */
function usesTokenUp(error: unknown): boolean {
  return error instanceof LogtoException && error.code === 'invalid_target';
}

/** Whether a refusal means that the sign-in is over, rather than that this one token cannot be had. */
function endsSignIn(error: unknown, { resource, organizationId }: TokenTarget): boolean {
  if (!(error instanceof LogtoException) || error.transient) return false;
  if (error.code === 'invalid_grant') return true;
  return error.code === 'access_denied' && resource === undefined && organizationId === undefined;
}
