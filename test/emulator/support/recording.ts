import { readFileSync } from 'node:fs';

/** The recorded responses of Logto, by the name of the request. Random values are replaced by their kind. */
export const recording = JSON.parse(
  readFileSync(new URL('../../fixtures/logto-recorded.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

/** The values for placeholders such as `<appId>` in the tenant that is compared. */
export type Substitutes = Record<`<${string}>`, string>;

const kinds: Record<string, (value: unknown) => boolean> = {
  '<random>': (value) => typeof value === 'string' && value.length > 0,
  '<hex>': (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  '<iso time>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value),
  '<epoch s>': (value) => Number.isInteger(value) && Number(value) > 1e9 && Number(value) < 1e10,
  '<epoch ms>': (value) => Number.isInteger(value) && Number(value) > 1e12 && Number(value) < 1e13,
};

/** A difference between a response and the recorded one. */
export interface Difference {
  /** Such as `body.id_token.payload.sub`. */
  path: string;
  expected: unknown;
  actual: unknown;
}

/** The differences between `actual` and what was recorded. A missing value equals `undefined`. */
export function differencesBetween(
  expected: unknown,
  actual: unknown,
  substitutes: Substitutes,
  path = 'answer',
): Difference[] {
  if (expected === null || typeof expected !== 'object') {
    return isSame(expected, actual, substitutes) ? [] : [{ path, expected, actual }];
  }
  const jwt: unknown = Reflect.get(expected, '<jwt>');
  if (jwt !== undefined) {
    return differencesBetween(jwt, decode(actual), substitutes, path);
  }
  if (actual === null || typeof actual !== 'object' || Array.isArray(expected) !== Array.isArray(actual)) {
    return [{ path, expected, actual }];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) =>
    differencesBetween(
      Reflect.get(expected, name),
      Reflect.get(actual, name),
      substitutes,
      `${path}.${name}`,
    ),
  );
}

function isSame(expected: unknown, actual: unknown, substitutes: Substitutes): boolean {
  if (typeof expected !== 'string') {
    return expected === actual;
  }
  const isOfKind = kinds[expected];
  if (isOfKind) {
    return isOfKind(actual);
  }
  let wanted = expected;
  for (const [placeholder, value] of Object.entries(substitutes)) {
    wanted = wanted.replaceAll(placeholder, value);
  }
  return wanted === actual;
}

/** Header and payload of a signed token. */
export function decode(token: unknown): { header: unknown; payload: Record<string, unknown> } | undefined {
  const parts = typeof token === 'string' ? token.split('.') : [];
  if (parts.length !== 3) {
    return undefined;
  }
  const [header, payload] = parts
    .slice(0, 2)
    .map((part): unknown => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, payload: payload as Record<string, unknown> };
}
