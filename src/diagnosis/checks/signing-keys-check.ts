import { Injectable } from '@nestjs/common';
import { formatAnswer } from '../probe/probe-answer.js';
import { asymmetric } from '../../oidc/token-verifier.js';
import type { LogtoCheck, ReachedLogto } from './logto-check.js';
import { skipped, type LogtoDiagnosisCheck } from './logto-diagnosis-check.js';

/** Checks that tokens are signed with an algorithm and keys that the module can verify. */
@Injectable()
export class SigningKeysCheck implements LogtoCheck {
  readonly name = 'Signing keys';

  async run({ probe, metadata }: ReachedLogto): Promise<LogtoDiagnosisCheck[]> {
    const { jwks_uri: url, id_token_signing_alg_values_supported: listed = ['RS256'] } = metadata;
    if (url === undefined) return [skipped(this.name, 'The discovery document has no `jwks_uri`.')];
    const base = { name: this.name, asked: `GET ${url}` };
    const answer = await probe.get(url);
    const count = keysIn(answer.json);
    if (answer.status !== 200 || count === 0) {
      const remedy = 'Allow this server to reach that URL: without the keys, no token can be verified.';
      const text = answer.status === 200 ? '200, but no keys' : formatAnswer(answer);
      return [{ ...base, status: 'failed', answer: text, remedy }];
    }
    const algorithms = `200, ${count} ${count === 1 ? 'key' : 'keys'} for ${listed.join(', ')}`;
    if (listed.some((algorithm) => asymmetric.test(algorithm)))
      return [{ ...base, status: 'ok', answer: algorithms }];
    const remedy = 'Rotate to an EC or RSA key in Logto Console > Signing keys.';
    return [{ ...base, status: 'failed', answer: algorithms, remedy }];
  }
}

function keysIn(json: unknown): number {
  const { keys } = (json ?? {}) as { keys?: unknown };
  return Array.isArray(keys) ? keys.length : 0;
}
