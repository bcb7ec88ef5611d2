import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ApplicationConfig } from '@nestjs/core';
import { guardsGatewaysGlobally } from '../../src/nest/guards-gateways-globally.js';

describe('Global guards', () => {
  it('guard gateways from Nest 12 on', async () => {
    const manifest = await readFile('node_modules/@nestjs/core/package.json', 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(guardsGatewaysGlobally(new ApplicationConfig())).toBe(Number.parseInt(version, 10) >= 12);
  });
});
