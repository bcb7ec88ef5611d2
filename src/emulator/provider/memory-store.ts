import type { Adapter, AdapterPayload } from 'oidc-provider';

import { plainCopy } from '../plain-copy.js';

interface StoredRecord {
  payload: AdapterPayload;
  /** Milliseconds; `Infinity` if it never expires. */
  expiresAt: number;
  /** Milliseconds. */
  consumedAt?: number;
}

/** The models of the tokens and codes that are issued under a grant. */
const issuedModels = ['AccessToken', 'RefreshToken', 'AuthorizationCode'];

/** The models of a grant and of the tokens and codes that are issued under it. */
export const grantModels = [...issuedModels, 'Grant'];

/** Timestamps in payloads, in seconds, which {@link MemoryStore.age} changes. */
const epochFields = ['iat', 'exp', 'iiat', 'loginTs', 'authTime', 'consumed'] as const;

/**
 * The sessions, grants, codes, tokens and interactions of one emulator.
 *
 * Not the in-memory adapter of `oidc-provider`: all providers of a process share that one, and it keeps only a
 * thousand records.
 */
export class MemoryStore {
  private readonly models = new Map<string, Map<string, StoredRecord>>();
  private readonly sessionIdsByUid = new Map<string, string>();
  private sizeAtLastCleanUp = 0;
  private size = 0;

  /** @param reuseInterval - How long a rotated refresh token still works, in seconds. */
  constructor(private readonly reuseInterval: number) {}

  /** The `oidc-provider` adapter for one model. */
  adapter(model: string): Adapter {
    return {
      upsert: async (id, payload, expiresIn) => this.set(model, id, payload, expiresIn),
      find: async (id) => this.get(model, id),
      findByUid: async (uid) => this.get(model, this.sessionIdsByUid.get(uid) ?? ''),
      findByUserCode: () => Promise.reject(new Error(`${model} has no user codes`)),
      consume: async (id) => this.consume(model, id),
      destroy: async (id) => this.delete(model, id),
      revokeByGrantId: async (grantId) => {
        this.deleteWhere(model, (payload) => payload.grantId === grantId);
      },
    };
  }

  set(model: string, id: string, payload: AdapterPayload, expiresIn?: number): void {
    const records = this.records(model);
    const previous = records.get(id);
    this.size += previous ? 0 : 1;
    records.set(id, {
      payload: plainCopy(payload),
      expiresAt: typeof expiresIn === 'number' ? Date.now() + expiresIn * 1000 : Infinity,
      ...(previous?.consumedAt !== undefined && { consumedAt: previous.consumedAt }),
    });
    if (model === 'Session' && payload.uid) this.sessionIdsByUid.set(payload.uid, id);
    // Not with a timer, which would keep the process alive.
    if (this.size > 2 * this.sizeAtLastCleanUp + 100) this.deleteExpired();
  }

  get(model: string, id: string): AdapterPayload | undefined {
    const record = this.records(model).get(id);
    if (!record) return undefined;
    if (record.expiresAt <= Date.now()) {
      this.delete(model, id);
      return undefined;
    }
    const payload = plainCopy(record.payload);
    if (record.consumedAt !== undefined && this.isConsumed(model, record.consumedAt)) {
      payload.consumed = Math.floor(record.consumedAt / 1000);
    }
    return payload;
  }

  consume(model: string, id: string): void {
    const record = this.records(model).get(id);
    if (record) record.consumedAt = Date.now();
  }

  delete(model: string, id: string): void {
    const records = this.records(model);
    const record = records.get(id);
    if (record && records.delete(id)) {
      this.size -= 1;
      const { uid } = record.payload;
      if (model === 'Session' && uid && this.sessionIdsByUid.get(uid) === id) {
        this.sessionIdsByUid.delete(uid);
      }
    }
  }

  deleteWhere(model: string, matches: (payload: AdapterPayload) => boolean): void {
    for (const [id, { payload }] of this.records(model)) {
      if (matches(payload)) this.delete(model, id);
    }
  }

  /** The records of a model that have not expired. */
  findWhere(model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload[] {
    return [...this.records(model).keys()].flatMap((id) => {
      const payload = this.get(model, id);
      return payload && matches(payload) ? [payload] : [];
    });
  }

  /** Deletes a grant with all tokens and codes that were issued under it. */
  deleteGrant(grantId: string): void {
    for (const model of issuedModels) {
      this.deleteWhere(model, (payload) => payload.grantId === grantId);
    }
    this.delete('Grant', grantId);
  }

  /** Makes all records `seconds` older. */
  age(seconds: number): void {
    for (const records of this.models.values()) {
      for (const record of records.values()) {
        record.expiresAt -= seconds * 1000;
        if (record.consumedAt !== undefined) record.consumedAt -= seconds * 1000;
        const payload: Record<string, unknown> = record.payload;
        for (const field of epochFields) {
          const value = payload[field];
          if (typeof value === 'number') payload[field] = value - seconds;
        }
      }
    }
  }

  private isConsumed(model: string, consumedAt: number): boolean {
    return model !== 'RefreshToken' || Date.now() >= consumedAt + this.reuseInterval * 1000;
  }

  private deleteExpired(): void {
    const now = Date.now();
    for (const [model, records] of this.models) {
      for (const [id, record] of records) {
        if (record.expiresAt <= now) this.delete(model, id);
      }
    }
    this.sizeAtLastCleanUp = this.size;
  }

  private records(model: string): Map<string, StoredRecord> {
    let records = this.models.get(model);
    if (!records) {
      records = new Map();
      this.models.set(model, records);
    }
    return records;
  }
}
