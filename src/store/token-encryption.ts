import type { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { base64url, flattenedDecrypt, FlattenedEncrypt, type FlattenedJWE } from 'jose';
import { BoundedCache } from '../bounded-cache.js';
import { deriveKey } from '../derive-key.js';
import { LogtoException } from '../logto.exceptions.js';
import { OperatorLog } from '../operator-log.js';
import { ResolvedLogtoOptions } from '../options/resolved-logto-options.js';
import type { TokenRecord } from './token-record.js';

const algorithms = { alg: 'dir', enc: 'A256GCM' } as const;

const purpose = 'token records';

const keyIdLength = 12;
const keyIdPattern = new RegExp(`^[\\w-]{${keyIdLength}}$`);

/** Tokens as they are stored: encrypted, or in plain text without `encryption`. */
export type StoredTokens = TokenRecord | FlattenedJWE;

/**
 * Encrypts token records (JWE, RFC 7516). The record's ID is the additional authenticated data, which only the flattened
 * JSON serialization has: a record that was moved to another ID cannot be decrypted, without a comparison in this code.
 */
@Injectable()
export class TokenEncryption {
  /** By key ID. A private field, so that `util.inspect` does not print them. */
  readonly #keys: ReadonlyMap<string, KeyObject>;
  /** The key that encrypts, with its ID. */
  readonly #encryptingKey: readonly [string, KeyObject] | undefined;
  /** Recently decrypted records, by ID: decrypting one again would take a fifth of the time of a small page. */
  readonly #decrypted = new BoundedCache<{ jwe: FlattenedJWE; plainText: string }>({ max: 1000 });

  constructor(
    { encryption }: ResolvedLogtoOptions,
    private readonly log: OperatorLog,
  ) {
    const { keys = [], decryptOnly = false } = encryption ?? {};
    this.#keys = new Map(keys.map((secret) => [keyIdOf(secret), deriveKey(secret, purpose)]));
    if (!decryptOnly) [this.#encryptingKey] = this.#keys;
  }

  /** Encrypts a record with the first key. Without one, or with `decryptOnly`, the record stays as it is. */
  async encrypt(id: string, record: TokenRecord): Promise<StoredTokens> {
    if (!this.#encryptingKey) return record;
    const [kid, key] = this.#encryptingKey;
    const plainText = JSON.stringify(record);
    const jwe = await new FlattenedEncrypt(new TextEncoder().encode(plainText))
      .setProtectedHeader({ ...algorithms, kid })
      .setAdditionalAuthenticatedData(new TextEncoder().encode(id))
      .encrypt(key);
    this.#decrypted.set(id, { jwe, plainText });
    return jwe;
  }

  /**
   * Decrypts a record with the key that its header names.
   * @returns `undefined` if that fails. It is logged, and the user has to sign in again.
   */
  async decrypt(id: string, stored: StoredTokens): Promise<TokenRecord | undefined> {
    if (!('ciphertext' in stored)) return stored;
    const known = this.#decrypted.get(id);
    if (known && isDeepStrictEqual(known.jwe, stored)) return JSON.parse(known.plainText) as TokenRecord;
    try {
      // The ID under which the record is stored, regardless of its own `aad`.
      const jwe = { ...stored, aad: base64url.encode(id) };
      const { plaintext } = await flattenedDecrypt(jwe, (header) => this.keyOf(header?.kid), {
        keyManagementAlgorithms: [algorithms.alg],
        contentEncryptionAlgorithms: [algorithms.enc],
      });
      const plainText = new TextDecoder().decode(plaintext);
      this.#decrypted.set(id, { jwe: stored, plainText });
      return JSON.parse(plainText) as TokenRecord;
    } catch (error) {
      this.log.exception(error instanceof LogtoException ? error : recordChanged(error));
      return undefined;
    }
  }

  /** Drops the plain text of a record that is deleted. */
  forget(id: string): void {
    this.#decrypted.delete(id);
  }

  /** @throws LogtoException `token_decryption_failed` */
  private keyOf(kid = ''): KeyObject {
    const key = this.#keys.get(kid);
    if (key) return key;
    // An attacker who can write to the store could otherwise put any text into the log.
    throw keyIdPattern.test(kid) ? this.keyMissing(kid) : recordChanged();
  }

  private keyMissing(kid: string): LogtoException {
    const known = [...this.#keys.keys()];
    return decryptionFailed(
      `The tokens of a sign-in are encrypted with the key ${kid}, and ` +
        (known.length === 0
          ? 'the option `encryption` has no keys.'
          : `\`encryption.keys\` has only ${known.join(', ')}.`) +
        ' The user has to sign in again. List the key on all instances, after the one that encrypts, until the sessions ' +
        'that used it have ended.',
    );
  }
}

/** The ID of a key, derived from the secret, so that all instances agree. It does not reveal the key. */
function keyIdOf(secret: string): string {
  return deriveKey(secret, `${purpose}, key id`).export().toString('base64url').slice(0, keyIdLength);
}

function recordChanged(cause?: unknown): LogtoException {
  return decryptionFailed(
    'The tokens of a sign-in could not be decrypted: their record was changed in the session store, or moved there from ' +
      'another sign-in. The user has to sign in again. Check who can write to the store.',
    cause,
  );
}

function decryptionFailed(message: string, cause?: unknown): LogtoException {
  return new LogtoException('token_decryption_failed', message, { status: 401, needsOperator: true, cause });
}
