import type { Request } from 'express';

/** Longest body that is read, in bytes: a logout token has about a thousand. */
const maxBytes = 64 * 1024;

/**
 * The form that a request carries, where no body parser has read it.
 * @returns nothing for a body that is too long, or no form
 */
export async function formBody(request: Request): Promise<Record<string, string>> {
  if (!request.is('application/x-www-form-urlencoded')) return {};
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > maxBytes) return {};
    chunks.push(chunk);
  }
  const fields = new URLSearchParams(Buffer.concat(chunks).toString());
  const names = [...new Set(fields.keys())];
  // One that is given twice is none.
  return Object.fromEntries(
    names.flatMap((name) => (fields.getAll(name).length === 1 ? [[name, fields.get(name) ?? '']] : [])),
  );
}
