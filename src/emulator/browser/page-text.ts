/** The longest text that an error quotes, in characters. */
const maxLength = 300;

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/**
 * The text of a page, for the error message that quotes it.
 *
 * Without an HTML parser, because the pages are those of this package, and an error message does not justify a dependency.
 */
export function pageText(markup: string): string {
  const text = markup
    .replaceAll(/<(style|title|script)\b[^>]*>[^]*?<\/\1>|<[^>]+>/g, ' ')
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).replace(/\s+\S*$/, '')} …`;
}
