import type ts from 'typescript';
import type { Project } from './project.js';
import { CannotEdit, editSource, nodesOf } from './edit-source.js';
import { importEdits } from './import-edits.js';
import { indentationAt } from './text-edit.js';

const statement = "if (existsSync('.env')) process.loadEnvFile();";

/**
 * Makes main.ts read `.env`, unless the app does so already. Node's `--env-file` is not an option: every start script would
 * need it, and without the file, as in production, Node does not start.
 */
export function addLoadEnvFile(project: Project): void {
  const { compiler, entryFile, files, manifest, sources } = project;
  const scripts = Object.values(manifest.scripts ?? {}).join('\n');
  const loaded =
    /--env-file|\bdotenv|\benv-cmd/.test(scripts) ||
    sources.some((path) => /\bloadEnvFile\b|\bConfigModule\b|\bdotenv\b/.test(files.read(path) ?? ''));
  if (loaded) return;
  const isCreate = (node: ts.Node): node is ts.CallExpression =>
    compiler.isCallExpression(node) && /^NestFactory\s*\.\s*create/.test(node.expression.getText());
  editSource(project, {
    path: entryFile,
    summary: 'loads .env, if there is one',
    lines: ["import { existsSync } from 'node:fs';", '', '// before NestFactory.create():', statement].join(
      '\n',
    ),
    edits: (source) => {
      const [create] = nodesOf(compiler, source, isCreate);
      let target: ts.Node | undefined = create;
      while (target && !compiler.isBlock(target.parent) && target.parent !== source) target = target.parent;
      if (target === undefined) throw new CannotEdit('the file does not call NestFactory.create()');
      const start = target.getStart();
      const text = `${statement}\n${indentationAt(source.text, start)}`;
      return [{ start, text }, ...importEdits(compiler, source, ['existsSync'], 'node:fs')];
    },
  });
}
