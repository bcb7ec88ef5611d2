/** Escaped markup, created by {@link html}. */
export class Markup {
  constructor(private readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

type Part = string | number | Markup | false | undefined | Part[];

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Tagged template for markup. Values are escaped, except for markup itself.
 *
 * Without a template engine, which every application would have to install for ten small pages.
 */
export function html(strings: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map((value) => render(value))));
}

function render(part: Part): string {
  if (Array.isArray(part)) return part.map((one) => render(one)).join('');
  if (part instanceof Markup) return part.toString();
  return part === undefined || part === false
    ? ''
    : String(part).replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? '');
}
