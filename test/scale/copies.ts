import { createHash, createHmac, randomBytes } from 'node:crypto';
import { sessionCookie, sessionSecret } from './app.js';
import { keysOf, kindOf, prefix } from './entries.js';
import type { RedisServer } from './redis-server.js';
import { application } from './tenant.js';

/** The session of a sign-in, as express-session stores it. */
interface StoredSession {
  readonly cookie: object;
  readonly logto: {
    readonly tokenRecordId: string;
    readonly sid?: string;
    readonly claims: { readonly sub: string };
  };
}

/** A sign-in that was made for real, with the values of its entries. */
interface Template {
  readonly session: StoredSession;
  readonly tokens: string;
  readonly expiresIn: { session: number; tokens: number };
}

/** How to copy sign-ins. */
export interface CopyOptions {
  readonly count: number;
  /** Whether each copy is another user. Its refresh token then does not work. Default: false. */
  readonly newUsers?: boolean;
  /** The age of the claims, in milliseconds. */
  readonly claimsAge?: number;
}

/**
 * Copies the sign-ins in Redis under new ids: session, token record, index and tombstone, with the same lifetimes.
 * @returns the cookie of each copy
 */
export async function copySignIns(redis: RedisServer, options: CopyOptions): Promise<string[]> {
  const templates = await readTemplates(redis);
  const cookies: string[] = [];
  for (let copied = 0; copied < options.count;) {
    const batch = redis.client.multi();
    for (const end = Math.min(options.count, copied + 500); copied < end; copied += 1) {
      const template = templates[copied % templates.length];
      if (!template) throw new Error('Nobody has signed in.');
      const { id, entries } = copyOf(template, options);
      for (const { key, value, expiresIn } of entries)
        batch.set(key, value, { expiration: { type: 'EX', value: expiresIn } });
      cookies.push(`${sessionCookie}=${encodeURIComponent(signed(id))}`);
    }
    await batch.execAsPipeline();
  }
  return cookies;
}

async function readTemplates(redis: RedisServer): Promise<Template[]> {
  const sessions = (await keysOf(redis)).filter((key) => kindOf(key) === 'session');
  return Promise.all(
    sessions.map(async (key) => {
      const session = JSON.parse((await redis.client.get(key)) ?? '') as StoredSession;
      const tokensKey = `${prefix}logto-tokens-${session.logto.tokenRecordId}`;
      return {
        session,
        tokens: (await redis.client.get(tokensKey)) ?? '',
        expiresIn: { session: await redis.client.ttl(key), tokens: await redis.client.ttl(tokensKey) },
      };
    }),
  );
}

function copyOf(
  { session, tokens, expiresIn }: Template,
  { newUsers = false, claimsAge = 0 }: CopyOptions,
): { id: string; entries: { key: string; value: string; expiresIn: number }[] } {
  const id = randomBytes(24).toString('base64url');
  const tokenRecordId = randomBytes(15).toString('base64url');
  const sub = newUsers ? randomBytes(6).toString('hex') : session.logto.claims.sub;
  const sid = randomBytes(16).toString('base64url');
  const logto = {
    ...session.logto,
    tokenRecordId,
    sid,
    checkedAt: Date.now() - claimsAge,
    claims: { ...session.logto.claims, sub },
  };
  const index = JSON.stringify({
    cookie: session.cookie,
    logtoLifetime: expiresIn.tokens * 1000,
    logtoSignIns: [{ session: id, tokenRecordId, at: Date.now() }],
  });
  const entries = [
    { key: id, value: JSON.stringify({ ...session, logto }), expiresIn: expiresIn.session },
    { key: `logto-tokens-${tokenRecordId}`, value: tokens, expiresIn: expiresIn.tokens },
    { key: ownKey('sign-ins', `${application.id} sub ${sub}`), value: index, expiresIn: expiresIn.tokens },
    { key: ownKey('sign-ins', `${application.id} sid ${sid}`), value: index, expiresIn: expiresIn.tokens },
    // That of the session before the sign-in.
    {
      key: ownKey('ended', randomBytes(24).toString('base64url')),
      value: JSON.stringify({ cookie: session.cookie }),
      expiresIn: 24 * 3600,
    },
  ];
  return { id, entries: entries.map((entry) => ({ ...entry, key: prefix + entry.key })) };
}

/** As the module names its entries. */
function ownKey(kind: string, name: string): string {
  return `logto-${kind}-${createHash('sha256').update(name).digest('base64url').slice(0, 20)}`;
}

/** As express-session signs its cookie. */
function signed(id: string): string {
  return `s:${id}.${createHmac('sha256', sessionSecret).update(id).digest('base64').replace(/=+$/, '')}`;
}
