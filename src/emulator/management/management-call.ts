import type { z } from 'zod';

import { ok, type ManagementResponse } from './management-response.js';
import type { Directory } from './directory.js';
import { ManagementError } from './management-error.js';
import { paginate } from './pagination.js';

/** A request to the Management API. */
export class ManagementCall {
  constructor(
    readonly directory: Directory,
    readonly url: URL,
    private readonly parameters: Record<string, string>,
    private readonly json: () => unknown,
  ) {}

  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** Whether a query parameter is set to true. */
  hasFlag(name: string): boolean {
    return ['1', 'true', 'yes'].includes(this.query.get(name) ?? '');
  }

  /** A parameter of the path. */
  param(name: string): string {
    return this.parameters[name] ?? '';
  }

  /** The body. @throws `guard.invalid_input` */
  body<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const parsed = schema.safeParse(this.json());
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const message = `The request body is invalid. ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      throw new ManagementError(400, 'guard.invalid_input', message, { type: 'body' });
    }
    return parsed.data;
  }

  /** A page of a list. */
  page<Item, Entity>(items: Item[], toEntity: (item: Item) => Entity): ManagementResponse<200, Entity[]> {
    const { items: onPage, headers } = paginate(items, this.url);
    return { ...ok(onPage.map((item) => toEntity(item))), headers };
  }

  /** The whole list, or a page of it if the request asks for one. */
  listOrPage<Item, Entity>(
    items: Item[],
    toEntity: (item: Item) => Entity,
  ): ManagementResponse<200, Entity[]> {
    const isPaged = this.query.has('page') || this.query.has('page_size');
    return isPaged ? this.page(items, toEntity) : ok(items.map((item) => toEntity(item)));
  }
}
