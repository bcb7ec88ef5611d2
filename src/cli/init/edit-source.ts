import type ts from 'typescript';
import type { Compiler, Project } from './project.js';
import { applyEdits, type TextEdit } from './text-edit.js';

/** The file is written in a way that cannot be edited. The message says what was found. */
export class CannotEdit extends Error {}

/** How a TypeScript file is edited. */
export interface SourceEdit {
  path: string;
  /** What the edit does, for the list of changes. */
  summary: string;
  /** The lines to add by hand if it cannot be done. */
  lines: string;
  /** @throws CannotEdit */
  edits: (source: ts.SourceFile) => TextEdit[];
}

/** Edits a TypeScript file, or asks the user to add the lines if that is not possible. */
export function editSource({ compiler, files }: Project, { path, summary, lines, edits }: SourceEdit): void {
  const text = files.read(path) ?? '';
  try {
    const changed = applyEdits(text, edits(parse(compiler, path, text)));
    if (changed !== text) files.change(path, changed, summary);
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    files.addManualStep(path, error.message, lines);
  }
}

function parse(compiler: Compiler, path: string, text: string): ts.SourceFile {
  const { diagnostics = [] } = compiler.transpileModule(text, { reportDiagnostics: true, fileName: path });
  if (diagnostics.some(({ category }) => category === compiler.DiagnosticCategory.Error)) {
    throw new CannotEdit('the file has a syntax error');
  }
  return compiler.createSourceFile(path, text, compiler.ScriptTarget.Latest, true);
}

/** Every node of a file that a type guard accepts. */
export function nodesOf<T extends ts.Node>(
  compiler: Compiler,
  root: ts.Node,
  accepts: (node: ts.Node) => node is T,
): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (accepts(node)) found.push(node);
    compiler.forEachChild(node, visit);
  };
  visit(root);
  return found;
}
