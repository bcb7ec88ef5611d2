import type ts from 'typescript';
import type { Compiler } from './project.js';
import { indentationAt, type TextEdit } from './text-edit.js';

/**
 * Adds properties to an object in a JSON text.
 *
 * @param path the keys that lead to the object
 */
export function addProperties(
  compiler: Compiler,
  text: string,
  path: readonly string[],
  properties: Record<string, unknown>,
): TextEdit[] {
  const source = compiler.parseJsonText('file.json', text);
  let object = source.statements[0]?.expression as ts.Expression | undefined;
  for (const name of path) object = propertyOf(compiler, object, name);
  if (object === undefined || !compiler.isObjectLiteralExpression(object)) return [];
  const unit = indentationUnit(compiler, source, text);
  const outer = indentationAt(text, object.getStart(source));
  const inner = outer + unit;
  const lines = Object.entries(properties).map(([key, value]) => {
    const json = JSON.stringify(value, null, unit).replaceAll('\n', `\n${inner}`);
    return `\n${inner}${JSON.stringify(key)}: ${json}`;
  });
  const last = object.properties.at(-1);
  return last
    ? [{ start: last.end, text: `,${lines.join(',')}` }]
    : [{ start: object.getStart(source), end: object.end, text: `{${lines.join(',')}\n${outer}}` }];
}

function propertyOf(compiler: Compiler, object: ts.Expression | undefined, name: string) {
  if (object === undefined || !compiler.isObjectLiteralExpression(object)) return undefined;
  return object.properties
    .filter(compiler.isPropertyAssignment)
    .find((property) => compiler.isStringLiteral(property.name) && property.name.text === name)?.initializer;
}

/** The indentation of one level in the text. */
function indentationUnit(compiler: Compiler, source: ts.JsonSourceFile, text: string): string {
  const root = source.statements[0]?.expression;
  const [first] = root && compiler.isObjectLiteralExpression(root) ? root.properties : [];
  return (first && indentationAt(text, first.getStart(source))) || '  ';
}
