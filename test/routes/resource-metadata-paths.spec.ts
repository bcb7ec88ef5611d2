import { describe, expect, it } from '@jest/globals';
import { startApi } from '../guard/support/api.js';
import { metadataOf, wellKnown } from '../guard/support/metadata-of.js';
import { startIssuer } from '../support/logto/issuer.js';

const issuer = await startIssuer();

describe('The path of the metadata on Express', () => {
  it.each([
    ['may end with a slash', 'https://api.example.com/v1/mcp', '/v1/mcp/'],
    ['may have characters with a meaning in routes', 'https://api.example.com/a:b/(c)*', '/a:b/(c)*'],
  ])('%s', async (_behaviour, audience, path) => {
    const app = await startApi({ issuer, api: { audience, metadata: true } });

    expect(await metadataOf(app, `${wellKnown}${path}`)).toHaveProperty('resource', audience);
  });
});
