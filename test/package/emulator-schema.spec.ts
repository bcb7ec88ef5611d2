import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { project } from './support/packed.js';

interface Schema {
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
}

const consumer = createRequire(project('nest-12/package.json'));
const path = consumer.resolve('nestjs-logto/logto-emulator.schema.json');
const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;

/** Every option by its path, such as `users.name`. */
function optionsOf({ items, properties }: Schema, prefix = ''): [path: string, schema: Schema][] {
  return Object.entries((items ? items.properties : properties) ?? {}).flatMap(([name, option]) => [
    [prefix + name, option],
    ...optionsOf(option, `${prefix}${name}.`),
  ]);
}

describe('An editor that opens a logto-emulator.json with a `$schema`', () => {
  const options = new Map(optionsOf(schema));

  it('finds the schema at the path in the docs', () => {
    const documented = readFileSync(
      project('nest-12/node_modules/nestjs-logto/docs/how-to/emulator.md'),
      'utf8',
    );
    const [, named = ''] = /"\$schema": "\.\/([^"]+)"/.exec(documented) ?? [];
    expect(project('nest-12', named)).toBe(path);
  });

  it('finds every option in the docs too', () => {
    const documented = readFileSync(
      project('nest-12/node_modules/nestjs-logto/docs/reference/emulator.md'),
      'utf8',
    );
    const names = [...options.keys()].map((name) => name.split('.').at(-1) ?? '');
    expect(
      names.filter((name) => !new RegExp(`\`[^\`\n]*\\b${name.replace('$', '')}\\b`).test(documented)),
    ).toEqual([]);
  });

  it('completes the options, at every depth', () => {
    expect([...options.keys()]).toEqual(
      expect.arrayContaining([
        '$schema',
        'users.profile.familyName',
        'applications.redirectUris',
        'organizationTemplate.roles.resourceScopes.resource',
        'ttl.accessToken',
        'sharedInteraction',
      ]),
    );
    expect(options.get('port')?.default).toBe(3001);
  });

  it('shows what each option is for', () => {
    const undescribed = [...options].filter(([, { description = '' }]) => !/^\S.*[.…]$/.test(description));
    expect(undescribed.map(([name]) => name)).toEqual([]);
  });

  it('marks the mistakes that the emulator reports, and nothing else', () => {
    const accepts = (config: unknown) => z.fromJSONSchema(schema as never).safeParse(config).success;
    expect(
      accepts({ $schema: './a.json', users: [{ username: 'ada' }], applications: [{ id: 'app' }] }),
    ).toBe(true);
    expect(accepts({})).toBe(true);
    expect(accepts({ user: [] })).toBe(false);
    expect(accepts({ users: [{ email: 'ada@example.com' }] })).toBe(false);
    expect(accepts({ signingAlgorithm: 'HS256' })).toBe(false);
    // JSON cannot contain functions.
    expect(accepts({ log: 'console' })).toBe(false);
  });
});
