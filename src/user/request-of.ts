import type { ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';

/**
 * The Express request behind whatever is being executed.
 * @returns `undefined` for a transport that this library cannot read
 */
export function requestOf(host: ArgumentsHost): Request | undefined {
  const type: string = host.getType();
  if (type === 'http') return host.switchToHttp().getRequest<Request>();
  if (type === 'graphql') return host.getArgByIndex<{ req?: Request } | undefined>(2)?.req;
  return undefined;
}
