/** Replaces a part of a text. */
export interface TextEdit {
  start: number;
  /** Where the replaced part ends. Default: `start`, an insertion. */
  end?: number;
  text: string;
}

/** Applies edits that do not overlap, with the line ends that the text has. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((one, other) => other.start - one.start)
    .reduce(
      (edited, { start, end = start, text: replacement }) =>
        edited.slice(0, start) + withLineEndsOf(text, replacement) + edited.slice(end),
      text,
    );
}

/** Gives an addition the line ends of the text that it is added to. */
export function withLineEndsOf(text: string, addition: string): string {
  return text.includes('\r\n') ? addition.replaceAll(/\r?\n/g, '\r\n') : addition;
}

/** The white space that the line of a position begins with. */
export function indentationAt(text: string, position: number): string {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, position))?.[0] ?? '';
}
