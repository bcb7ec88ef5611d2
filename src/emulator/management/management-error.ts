/** An error response of the Management API. */
export class ManagementError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** An entity with a table of its own, such as a role, does not exist. */
export function notExists(kind: string, id: string): ManagementError {
  return new ManagementError(
    404,
    'entity.not_exists_with_id',
    `The ${kind} with ID \`${id}\` does not exist.`,
  );
}

/** A user or a relation does not exist. */
export function notFound(): ManagementError {
  return new ManagementError(404, 'entity.not_found', 'The entity does not exist.');
}

/** Another entity has the same name. */
export function duplicateName(): ManagementError {
  return new ManagementError(422, 'entity.duplicate_value_of_unique_field', 'The value of name is in use.');
}

/** An id in a request's body does not exist. */
export function unknownRelation(): ManagementError {
  return new ManagementError(
    422,
    'entity.relation_foreign_key_not_found',
    'One of the related entities does not exist.',
  );
}
