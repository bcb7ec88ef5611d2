import { ManagementError } from './management-error.js';

const defaultSize = 20;
const maxSize = 100;

/** The part of a list that a request asks for, and the headers that describe the whole (RFC 8288). */
export function paginate<Item>(
  items: Item[],
  url: URL,
): { items: Item[]; headers: { 'total-number': string; link: string } } {
  const page = positive(url.searchParams.get('page') ?? '1');
  const size = positive(url.searchParams.get('page_size') ?? String(defaultSize));
  if (page === undefined || size === undefined || size > maxSize) {
    throw new ManagementError(400, 'guard.invalid_pagination', 'The request pagination value is invalid.');
  }
  const pages = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, relation: string): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    return `<${target.href}>; rel="${relation}"`;
  };
  const links = [
    link(1, 'first'),
    link(pages, 'last'),
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < pages ? [link(page + 1, 'next')] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: { 'total-number': String(items.length), link: links.join(', ') },
  };
}

function positive(value: string): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
