import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { closeLater } from '../support/runner/leftovers.js';
import { diagnose, findings, statuses } from './support/diagnose.js';

/** Starts something that is not Logto, although its discovery document has the right issuer. */
async function startImpostor(
  metadata: (endpoint: string) => object,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end(),
): Promise<{ endpoint: string }> {
  let endpoint = '';
  const server = closeLater(
    createServer((request, response) => {
      if (request.url !== '/oidc/.well-known/openid-configuration') return answer(request, response);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ issuer: `${endpoint}/oidc`, ...metadata(endpoint) }));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  endpoint = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { endpoint };
}

describe('A diagnosis of something that is not Logto', () => {
  it('finds members of the discovery document that have the wrong type', async () => {
    const impostor = await startImpostor(
      (endpoint) => ({
        jwks_uri: `${endpoint}/jwks`,
        id_token_signing_alg_values_supported: 'RS256',
        grant_types_supported: 7,
        end_session_endpoint: 'nowhere',
      }),
      (_request, response) => response.end('{"keys":[{}]}'),
    );

    const diagnosis = await diagnose(impostor);

    expect(diagnosis.ok).toBe(false);
    expect(statuses(diagnosis)).toMatchObject({
      Endpoint: 'ok',
      'Signing keys': 'failed',
      'Post sign-out URI': 'failed',
      'Features of this Logto': 'failed',
    });
    expect(findings(diagnosis)['Signing keys']).toMatchObject({
      answer: expect.stringContaining('malformed'),
      remedy: expect.stringContaining('`endpoint`'),
    });
  });

  it('shows none of its control characters, and only the beginning of a long text', async () => {
    const impostor = await startImpostor(() => ({
      issuer: `https://\u001b[2J\u009b31m\n${'x'.repeat(100_000)}`,
    }));

    const { checks } = await diagnose(impostor);

    const text = checks.map((check) => Object.values(check).join('')).join('');
    expect(text).toContain('https://');
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(text.length).toBeLessThan(10_000);
  });
});
