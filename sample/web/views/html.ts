/** Safe markup, created by {@link html}, which escapes every value. */
export class Markup {
  constructor(private readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

type Part = string | number | Markup | false | undefined | Part[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A tagged template for markup. It escapes every value that is not {@link Markup}. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(strings.map((text, index) => text + rendered(values[index])).join(''));
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map((one) => rendered(one)).join('');
  if (part instanceof Markup) return part.toString();
  return String(part).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
