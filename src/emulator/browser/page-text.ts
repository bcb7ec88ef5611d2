/** Longest text of a page that an error quotes, in characters. */
const maxLength = 300;

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** What a person reads on a page, for an error that quotes it: shortened at a word where it is long. */
export function pageText(markup: string): string {
  const text = markup
    .replaceAll(/<(style|title|script)\b[^>]*>[^]*?<\/\1>|<[^>]+>/g, ' ')
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).replace(/\s+\S*$/, '')} …`;
}
