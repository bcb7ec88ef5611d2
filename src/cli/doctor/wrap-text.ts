const width = 80;

/**
 * Breaks a text into lines of at most 80 columns. A longer word, such as a URL, keeps its own line.
 * @param indent the spaces before each line but the first
 */
export function wrapText(text: string, { indent }: { indent: number }): string[] {
  const [, start = '', rest = ''] = /^(\s*)(.*)$/s.exec(text) ?? [];
  const lines: string[] = [];
  let line = start;
  for (const word of rest.split(/\s+/)) {
    const extended = line.trim() === '' ? line + word : `${line} ${word}`;
    if (extended.length <= width || line.trim() === '') {
      line = extended;
    } else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}
