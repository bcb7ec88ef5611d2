import { LogtoException } from '../logto.exceptions.js';

/** A request of the client, as its middleware gets it. */
interface ClientRequest {
  readonly request: Request;
  /** The path with the names of its parameters: `/api/users/{userId}`. */
  readonly schemaPath: string;
}

/**
 * Asserts that the path parameters of a request do not lead to another path. The client does not escape `..`, which
 * removes the segment before it: to remove the member `..` of an organization would delete the organization.
 * @param endpoint the URL of Logto
 * @throws LogtoException `invalid_request`, 400
 */
export function assertSamePath(endpoint: string, { request, schemaPath }: ClientRequest): void {
  const expected = `${new URL(endpoint).pathname.replace(/\/+$/, '')}${schemaPath}`.split('/');
  const segments = new URL(request.url).pathname.split('/');
  const isSamePath =
    segments.length === expected.length &&
    expected.every((part, index) => (/[{}]/.test(part) ? segments[index] !== '' : segments[index] === part));
  if (isSamePath) return;
  throw new LogtoException(
    'invalid_request',
    `The path parameters of a call to ${schemaPath} lead to another path of the Management API. None of them can be ` +
      'empty, "." or "..".',
    { status: 400, publicMessage: 'An ID in the request is malformed.' },
  );
}
