import type ts from 'typescript';
import type { Compiler, Project } from './project.js';
import { CannotEdit, editSource, nodesOf } from './edit-source.js';
import { importEdits } from './import-edits.js';
import { indentationAt, type TextEdit } from './text-edit.js';

/** A factory is called when the app starts, after main.ts or ConfigModule has loaded `.env`. */
const element = 'LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv() })';

/** Imports LogtoModule in the root module, unless a module of the app does so already. */
export function addLogtoModule(project: Project): void {
  const { compiler, files, rootModule, sources } = project;
  const registered = sources.some((path) => /\bLogtoModule\s*\.\s*forRoot/.test(files.read(path) ?? ''));
  if (registered) return;
  editSource(project, {
    path: rootModule,
    summary: 'imports LogtoModule, with options from the environment',
    lines: [
      "import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';",
      '',
      '@Module({',
      `  imports: [${element}],`,
      '})',
    ].join('\n'),
    edits: (source) => [
      ...elementEdits(compiler, source, moduleDecoratorCall(compiler, source)),
      ...importEdits(compiler, source, ['LogtoModule', 'logtoOptionsFromEnv'], 'nestjs-logto'),
    ],
  });
}

/** The call `Module({…})` of the only decorator with this name, or of the class AppModule. */
function moduleDecoratorCall(compiler: Compiler, source: ts.SourceFile): ts.CallExpression {
  const isModule = (node: ts.Node): node is ts.Decorator =>
    compiler.isDecorator(node) && /^@Module\s*\(/.test(node.getText());
  const found = nodesOf(compiler, source, isModule);
  const isAppModule = ({ parent }: ts.Decorator): boolean =>
    compiler.isClassDeclaration(parent) && parent.name?.text === 'AppModule';
  const decorator = found.length > 1 ? found.find(isAppModule) : found[0];
  if (decorator === undefined) {
    throw new CannotEdit(
      found.length === 0
        ? 'the file has no class with @Module()'
        : 'the file has several modules, and none is AppModule',
    );
  }
  return decorator.expression as ts.CallExpression;
}

function elementEdits(compiler: Compiler, source: ts.SourceFile, call: ts.CallExpression): TextEdit[] {
  const [metadata] = call.arguments;
  const indent = indentationAt(source.text, call.getStart());
  if (metadata === undefined) {
    const inner = indent + indentationUnit(source.text);
    const text = `{\n${inner}imports: ${newList(source, [], inner)},\n${indent}}`;
    return [{ start: call.end - 1, text }];
  }
  if (!compiler.isObjectLiteralExpression(metadata)) {
    throw new CannotEdit('the argument of @Module() is not an object literal');
  }
  const imports = metadata.properties.find(({ name }) => name && /^(['"]?)imports\1$/.test(name.getText()));
  if (imports === undefined) return newImports(compiler, source, metadata, indent);
  if (!compiler.isPropertyAssignment(imports) || !compiler.isArrayLiteralExpression(imports.initializer)) {
    throw new CannotEdit('the `imports` of @Module() are not an array literal');
  }
  return [appended(source, imports.initializer)];
}

function newImports(
  compiler: Compiler,
  source: ts.SourceFile,
  metadata: ts.ObjectLiteralExpression,
  indent: string,
): TextEdit[] {
  if (metadata.properties.some(compiler.isSpreadAssignment)) {
    throw new CannotEdit('the argument of @Module() uses a spread');
  }
  const inner = indent + indentationUnit(source.text);
  const property = `\n${inner}imports: ${newList(source, [], inner)},`;
  const start = metadata.getStart() + 1;
  const [first] = metadata.properties;
  if (metadata.getText().includes('\n')) return [{ start, text: property }];
  if (first === undefined) return [{ start, end: metadata.end - 1, text: `${property}\n${indent}` }];
  return [
    { start, end: first.getStart(), text: `${property}\n${inner}` },
    { start: metadata.properties.end, end: metadata.end - 1, text: `,\n${indent}` },
  ];
}

/** The comma and the comment after the last element of a list. */
const trailing = /^(,?)((?:[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/))?)/;

/** Adds the element as the last one, after a ConfigModule that loads `.env`. */
function appended(source: ts.SourceFile, list: ts.ArrayLiteralExpression): TextEdit {
  const last = list.elements.at(-1);
  const start = list.getStart();
  const between = source.text.slice(last?.end ?? start + 1, list.end - 1);
  if (last && list.getText().includes('\n')) {
    // A comment on the line of the last element stays there.
    const [, comma = '', comment = ''] = trailing.exec(between) ?? [];
    const line = `${indentationAt(source.text, last.getStart())}${element}${comma}`;
    const end = last.end + comma.length + comment.length;
    return { start: last.end, end, text: `,${comment}\n${line}` };
  }
  // A comment in the list stays where it is.
  if (/[^\s,]/.test(between)) return { start: last?.end ?? start + 1, text: last ? `, ${element}` : element };
  const elements = list.elements.map((item) => item.getFullText().trim());
  return { start, end: list.end, text: newList(source, elements, indentationAt(source.text, start)) };
}

/** A list with one element per line, as Prettier formats a list that is too long for one line. */
function newList({ text }: ts.SourceFile, elements: readonly string[], indent: string): string {
  const lines = [...elements, element].map((item) => `${indent}${indentationUnit(text)}${item},\n`);
  return `[\n${lines.join('')}${indent}]`;
}

/** The indentation of the first indented line that is not in a comment. */
function indentationUnit(text: string): string {
  return /^(\t| {2,})\S/m.exec(text)?.[1] ?? '  ';
}
