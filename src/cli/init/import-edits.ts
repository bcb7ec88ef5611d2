import type ts from 'typescript';
import type { Compiler } from './project.js';
import type { TextEdit } from './text-edit.js';

/** Imports the names that a file does not import yet. */
export function importEdits(
  compiler: Compiler,
  source: ts.SourceFile,
  names: readonly string[],
  from: string,
): TextEdit[] {
  const imports = source.statements.filter(compiler.isImportDeclaration);
  const known = new Set(imports.flatMap((declaration) => boundNames(compiler, declaration)));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return [];
  for (const declaration of imports) {
    const end = moduleOf(declaration) === from ? endOfNames(compiler, declaration) : undefined;
    if (end !== undefined) return [{ start: end, text: `, ${missing.join(', ')}` }];
  }
  return [newImport(source, imports, `{ ${missing.join(', ')} }`, from)];
}

/** A statement below the imports of other packages, in the style of the file. */
function newImport(
  source: ts.SourceFile,
  imports: readonly ts.ImportDeclaration[],
  clause: string,
  from: string,
): TextEdit {
  const example = imports.at(-1)?.getText();
  const quote = example?.includes('"') ? '"' : "'";
  const semicolon = example?.endsWith(';') === false ? '' : ';';
  const statement = `import ${clause} from ${quote}${from}${quote}${semicolon}`;
  const previous = imports.findLast((declaration) => !moduleOf(declaration).startsWith('.'));
  if (previous) return { start: previous.end, text: `\n${statement}` };
  const [first] = source.statements;
  return { start: first?.getStart() ?? source.end, text: `${statement}\n` };
}

function boundNames(compiler: Compiler, { importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  return compiler.isNamedImports(bindings)
    ? bindings.elements.map(({ name }) => name.text)
    : [bindings.name.text];
}

/** The end of the last name in `import { … }`. A type import cannot take further names. */
function endOfNames(compiler: Compiler, declaration: ts.ImportDeclaration): number | undefined {
  const bindings = declaration.importClause?.namedBindings;
  if (bindings === undefined || !compiler.isNamedImports(bindings)) return undefined;
  return /^import\s+type\b/.test(declaration.getText()) ? undefined : bindings.elements.at(-1)?.end;
}

function moduleOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return moduleSpecifier.getText().slice(1, -1);
}
