/** Markup that is safe to put on a page: made by {@link html}, which escapes every value. */
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

/** Tagged template for markup: values are escaped, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(
    strings.map((text, index) => text + (index < values.length ? render(values[index]) : '')).join(''),
  );
}

function render(part: Part): string {
  if (Array.isArray(part)) {
    return part.map((one) => render(one)).join('');
  }
  if (part instanceof Markup) {
    return part.toString();
  }
  return part === undefined || part === false
    ? ''
    : String(part).replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? '');
}
