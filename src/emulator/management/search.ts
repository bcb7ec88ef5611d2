import { ManagementError } from './management-error.js';

/** One condition of a search: `search.username=%ada%` with `mode.username=like`. */
interface Condition {
  field: string | undefined;
  matches: (value: string) => boolean;
}

/**
 * Logto's advanced search: `search` in all fields or `search.<field>` in one, with the modes `like`, `exact` and `posix`,
 * joined by `or` or `and`.
 *
 * @see {@link https://docs.logto.io/user-management/advanced-user-search}
 */
export function search<Item>(
  items: Item[],
  query: URLSearchParams,
  fields: (item: Item) => Record<string, string | null>,
): Item[] {
  const conditions = [...query].flatMap(([name, value]) => conditionOf(name, value, query));
  if (conditions.length === 0) return items;
  const joint = query.get('joint') === 'and' ? 'every' : 'some';
  return items.filter((item) => {
    const values = fields(item);
    return conditions[joint](({ field, matches }) =>
      field === undefined
        ? Object.values(values).some((value) => value !== null && matches(value))
        : matches(values[field] ?? ''),
    );
  });
}

function conditionOf(name: string, value: string, query: URLSearchParams): Condition[] {
  const [, field] = /^search(?:\.(\w+))?$/.exec(name) ?? [];
  if (name !== 'search' && field === undefined) return [];
  const mode = (field !== undefined && query.get(`mode.${field}`)) || query.get('mode') || 'like';
  return [{ field, matches: matcher(mode, value, query.get('isCaseSensitive') === 'true') }];
}

function matcher(mode: string, value: string, isCaseSensitive: boolean): (text: string) => boolean {
  const flags = isCaseSensitive ? 's' : 'is';
  if (mode === 'exact') {
    const comparable = (text: string) => (isCaseSensitive ? text : text.toLowerCase());
    return (text) => comparable(text) === comparable(value);
  }
  if (mode !== 'like' && mode !== 'posix') {
    throw new ManagementError(400, 'request.invalid_input', `The emulator has no search mode "${mode}".`);
  }
  const pattern = mode === 'posix' ? value : `^${likePattern(value)}$`;
  const expression = new RegExp(pattern, flags);
  return (text) => expression.test(text);
}

/** The wildcards of SQL: `%` and `_`. */
function likePattern(value: string): string {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return escaped.replaceAll('%', '.*').replaceAll('_', '.');
}
