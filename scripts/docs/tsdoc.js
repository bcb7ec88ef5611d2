import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The parsed source of a file. */
export function parse(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The TSDoc of a declaration: its text, and the texts of its tags by name. */
export function docOf(node) {
  const doc = ts.getJSDocCommentsAndTags(node).findLast((one) => ts.isJSDoc(one));
  const tags = (doc?.tags ?? []).map((tag) => [tag.tagName.text, plain(tag.comment)]);
  return { text: plain(doc?.comment), tags: new Map(tags) };
}

/** The TSDoc of an element of an array, where TypeScript's parser looks for none. */
export function docOfElement(element) {
  const source = element.getSourceFile();
  const ranges = ts.getLeadingCommentRanges(source.text, element.getFullStart()) ?? [];
  const comment = ranges.map(({ pos, end }) => source.text.slice(pos, end)).join('\n');
  const [statement] = ts.createSourceFile(
    '',
    `${comment}\nlet one;`,
    ts.ScriptTarget.Latest,
    true,
  ).statements;
  return docOf(statement);
}

/** The text of a `//` line above a declaration. */
export function lineCommentOf(node) {
  const { text } = node.getSourceFile();
  const range = (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []).find(
    ({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia,
  );
  return range && text.slice(range.pos + 2, range.end).trim();
}

/** A comment as Markdown: links to names become code, and each paragraph one line. */
function plain(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replaceAll(/\{@link (https?:\S+?)\}/g, '<$1>')
    .replaceAll(/\{@link ([^}\s]+)\}/g, '`$1`')
    .replaceAll(/(?<!\n)\n(?!\n)/g, ' ')
    .trim();
}
