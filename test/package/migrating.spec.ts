import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const page = await readFile(new URL('../../docs/migrating-from-logto-express.md', import.meta.url), 'utf8');

/** The names in the first column of the page's tables. */
const named = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

/** The types of @logto/express, as TypeScript reads them. */
const entry = fileURLToPath(new URL('node_modules/@logto/express/lib/index.d.ts', import.meta.url));
const program = ts.createProgram([entry], {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(entry);
const module = source && checker.getSymbolAtLocation(source);
const exported = module ? checker.getExportsOfModule(module) : [];

function propertiesOf(type: ts.Type): string[] {
  return checker.getPropertiesOfType(type).map(({ name }) => name);
}

describe('The page "Migrating from @logto/express" names', () => {
  it('every export', () => {
    expect(exported.length).toBeGreaterThan(15);
    expect(exported.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([]);
  });

  it('every option', () => {
    const config = exported.find(({ name }) => name === 'LogtoExpressConfig');
    if (!config) throw new Error('@logto/express exports no LogtoExpressConfig');
    const type = checker.getDeclaredTypeOfSymbol(config);
    const options = propertiesOf(type);
    const signIn = checker.getPropertyOfType(type, 'signInOptions');
    if (!signIn) throw new Error('LogtoExpressConfig has no signInOptions');
    const signInOptions = propertiesOf(checker.getNonNullableType(checker.getTypeOfSymbol(signIn)));

    expect(options).toContain('getOrganizationToken');
    expect(signInOptions).toContain('clearTokens');
    expect(
      [...options, ...signInOptions.map((name) => `signInOptions.${name}`)].filter(
        (name) => !named.includes(name),
      ),
    ).toEqual([]);
  });
});
