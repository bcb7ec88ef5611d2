/** Encryption of the tokens in the session store. */
export interface LogtoEncryptionOptions {
  /**
   * Secrets of at least 32 characters, each from `openssl rand -base64 32`. The first one encrypts, and all of them
   * decrypt: to rotate the key, put a new one first and keep the old one. Tokens that were stored in plain text are still
   * read.
   */
  keys: string[];
  /**
   * Whether to only decrypt, and to store tokens in plain text. On several instances, deploy this before you turn the
   * encryption on, and before you turn it off. Default: `false`.
   */
  decryptOnly?: boolean;
}
