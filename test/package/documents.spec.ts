import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { pages, read, repository } from '../docs/support/documents.js';
import { codeBlocksOf, isWholeProgram, moduleOf } from './support/code-blocks.js';
import { run } from './support/run.js';

/** The paths of the built package and of the other packages that programs import. */
const folder = join(repository, 'test/package/build/documents');

/** The files of the reader's app that programs import. */
const readersFiles = {
  'src/app.module.ts': 'export class AppModule {}',
  'programs/app.module.ts': 'export class AppModule {}',
  'programs/app.controller.ts': 'export class AppController {}',
  'src/orders.module.ts': 'export class OrdersModule {}',
  'src/orders.controller.ts':
    'export declare class OrdersController { own(claims: { sub: string }): string[] }',
  'src/orders.service.ts': 'export class OrdersService {}',
  'programs/users-only.ts': `export declare const usersOnly: import('express').RequestHandler;`,
  'programs/role-only.ts': `import type { INestApplication } from '@nestjs/common';
    export declare function roleOnly(app: INestApplication, role: string): import('express').RequestHandler;`,
  'programs/ability-of.ts': `import type { ForcedSubject, MongoAbility } from '@casl/ability';
    export interface Article { title: string; authorId: string }
    export type Action = 'delete' | 'update';
    export type Subject = 'Article' | (Article & ForcedSubject<'Article'>);
    export declare function abilityOf(claims?: { sub: string }): MongoAbility<[Action, Subject]>;`,
  'programs/ability.guard.ts': `export declare class AbilityGuard { canActivate(): boolean }
    export declare const Can: (required: [string, string]) => MethodDecorator;`,
  'programs/tool.guard.ts': `export declare class ToolGuard { canActivate(): Promise<boolean> }`,
  'programs/audit-trail.ts': `export interface AuditEntry { at: string; action: string; [field: string]: unknown }
    export interface AuditSink { write(entry: AuditEntry): void }
    export declare const AuditSink: symbol;
    export declare class AuditTrail {}`,
  'programs/app.ts': `export declare const app: import('@nestjs/common').INestApplication;`,
};

const documents = ['README.md', 'AGENTS.md', ...pages];

describe('The code in the documents', () => {
  beforeAll(async () => {
    await rm(folder, { recursive: true, force: true });
    for (const kind of ['programs', 'fragments']) {
      await mkdir(join(folder, kind), { recursive: true });
      const tsconfig = {
        extends: '../../../../../tsconfig.base.json',
        compilerOptions: compilerOptions(kind),
      };
      await writeFile(join(folder, kind, 'tsconfig.json'), JSON.stringify(tsconfig));
    }
    await mkdir(join(folder, 'src'));
    for (const [name, code] of Object.entries(readersFiles)) await writeFile(join(folder, name), code);
    const index = read('dist/index.d.ts');
    const publicNames = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = '']) =>
      names.split(',').map((name) => name.replace(/\btype /, '').trim()),
    );
    for (const document of documents) {
      for (const block of codeBlocksOf(read(document))) {
        const name = `${document.replaceAll('/', '-')}-${block.line}.ts`;
        const kind = isWholeProgram(block) ? 'programs' : 'fragments';
        await writeFile(join(folder, kind, name), moduleOf(block, publicNames));
      }
    }
  });

  it.each(['programs', 'fragments'])('compiles: %s', async (kind) => {
    const tsc = ['node_modules/typescript/bin/tsc', '-p', join(folder, kind)];
    const { stdout, exitCode } = await run(process.execPath, tsc, repository);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });
});

/** Programs compile under the strictest settings; a fragment's names are imported for it, types and values alike. */
function compilerOptions(kind: string): Record<string, boolean> {
  const unused = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  return kind === 'programs' ? unused : { ...unused, verbatimModuleSyntax: false, isolatedModules: false };
}
