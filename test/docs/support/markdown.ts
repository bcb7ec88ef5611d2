/** The address of a file or folder of this repository on GitHub, as far as its path. */
const repositoryUrl = /^https:\/\/github\.com\/nestjs-logto\/nestjs-logto\/(?:blob|tree)\/main\//;

/** A link to a file or folder of this repository. */
export interface RepositoryLink {
  /** The link as it is written. */
  readonly href: string;
  /** The path in the repository: `docs/README.md`. */
  readonly path: string;
  /** The part after `#`. */
  readonly anchor: string | undefined;
}

/** The targets of all links and pictures in a Markdown document. */
export function hrefsOf(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)];
  const definitions = [...text.matchAll(/^\[[^\]]+\]: (\S+)/gm)];
  return [...inline, ...definitions].map(([, href = '']) => href);
}

/**
 * The links of a document that lead into this repository: relative ones, and those to GitHub.
 * @param document the document's own path in the repository
 */
export function repositoryLinksOf(document: string, markdown: string): RepositoryLink[] {
  return hrefsOf(markdown).flatMap((href) => {
    const [, path, anchor] = /^([^#]*)(?:#(.*))?$/.exec(href.replace(repositoryUrl, '/')) ?? [];
    if (path === undefined || /^[a-z]+:/i.test(path)) return [];
    const { pathname } = new URL(path, `file:///${document}`);
    return [{ href, path: decodeURIComponent(pathname.slice(1)), anchor }];
  });
}

/** The headings of a Markdown document, without those in code blocks. */
export function headingsOf(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)].map(
    ([, heading = '']) => heading,
  );
}

/** The anchors of a Markdown document: one for each heading, as GitHub names it, and each explicit `id`. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headingsOf(markdown)) {
    const slug = slugOf(heading);
    let unique = slug;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${slug}-${count}`;
    anchors.add(unique);
  }
  const explicit = withoutBlocks(markdown).matchAll(/<\w+ (?:id|name)="([^"]+)"/g);
  for (const [, id = ''] of explicit) anchors.add(id);
  return anchors;
}

/** Letters, digits, hyphens and underscores of a heading's text, in lower case, with hyphens for spaces. */
function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/**
 * Code that does not render as it is meant: a fence of one backtick, or backticks within a span of single ones. Such a span
 * ends at the inner backtick, so it has a space at one of its ends, or a letter after it.
 */
export function brokenCodeOf(markdown: string): string[] {
  const paragraphs = markdown.replaceAll(/^ *```.*?^ *```$/gms, '').split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const spans = [...paragraph.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)(\w?)/gs)];
    const broken = spans.filter(
      ([, fence, code = '', after]) =>
        code.includes('\n') || after !== '' || (fence === '`' && code !== code.trim()),
    );
    const rest = spans.reduce((text, [span]) => text.replace(span, ''), paragraph);
    return [...broken.map(([span]) => span), ...(rest.includes('`') ? [paragraph] : [])];
  });
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```$/gms, '');
}

function withoutCode(markdown: string): string {
  return withoutBlocks(markdown).replaceAll(/`[^`\n]+`/g, '');
}
