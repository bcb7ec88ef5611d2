import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { Store } from 'express-session';
import { BoundedCache } from '../../bounded-cache.js';
import type { SessionRecord } from '../../store/session-record.js';
import { withTokens, type TokenRecord } from '../../store/token-record.js';
import { TokenRecords } from '../../store/token-records.js';
import type { TestSignIn } from '../logto-test-user.js';
import { FakeLogto } from './fake-logto.js';

/** Keeps the tokens of test users outside of the app's session store. */
@Injectable()
export class FakeTokenRecords extends TokenRecords {
  private readonly logto = FakeLogto.forOptions(this.options);
  private readonly signIns = new BoundedCache<TestSignIn>({ max: 10_000 });
  private readonly records = new BoundedCache<TokenRecord>({ max: 10_000 });

  /** Registers a sign-in. Its tokens are issued when they are first loaded. @returns the id of its record */
  begin(signIn: TestSignIn): string {
    const id = randomUUID();
    this.signIns.set(id, signIn);
    return id;
  }

  override async load(store: Store, id: string): Promise<TokenRecord | undefined> {
    const signIn = this.signIns.get(id);
    if (!signIn) return super.load(store, id);
    const known = this.records.get(id);
    if (known) return known;
    const record = withTokens(undefined, {}, await this.logto.tokenSet(signIn));
    this.records.set(id, record);
    return record;
  }

  override async save(request: Request, id: string, record: TokenRecord): Promise<void> {
    if (this.signIns.get(id)) this.records.set(id, record);
    else await super.save(request, id, record);
  }

  override async delete(store: Store, id: string): Promise<void> {
    if (!this.signIns.get(id)) return super.delete(store, id);
    this.signIns.delete(id);
    this.records.delete(id);
  }

  override keepAlive(request: Request, record: SessionRecord): void {
    if (!this.signIns.get(record.tokenRecordId)) super.keepAlive(request, record);
  }
}
