import { Injectable } from '@nestjs/common';
import type { AccessAttempt } from '../policy/access-attempt.js';
import { ProtectedResources } from './protected-resources.js';

/** The challenge of a denied request: its `WWW-Authenticate` header (RFC 6750 section 3). */
@Injectable()
export class BearerChallenge {
  constructor(private readonly resources: ProtectedResources) {}

  /** Sets the challenge. With `api.metadata`, it tells the client where and with which scopes to get a token (RFC 9728). */
  set(attempt: AccessAttempt, parameters: Record<string, string | number | undefined> = {}): void {
    const { request } = attempt;
    const response = request.res;
    if (!response || response.headersSent) return;
    const metadata = this.resources.metadataUrl(request);
    const scope = scopesOf(attempt).join(' ');
    const needsScope = metadata !== undefined && scope !== '' && parameters.error !== 'insufficient_scope';
    const all = { ...parameters, ...(needsScope && { scope }), resource_metadata: metadata };
    response.setHeader('WWW-Authenticate', challengeOf(all));
  }

  /**
   * The scopes that the route requires, and with `api.metadata` those that the token has: an MCP client requests exactly
   * these, and would lose the others.
   */
  scopesToRequest(attempt: AccessAttempt): string {
    const tokenScopes = attempt.principal?.context.scopes ?? [];
    const required = scopesOf(attempt);
    const hasMetadata = this.resources.metadataUrl(attempt.request) !== undefined;
    return [...new Set(hasMetadata ? [...tokenScopes, ...required] : required)].join(' ');
  }
}

/** The scopes that the whole route requires: a client that asked for the missing ones alone would lack the others. */
function scopesOf({ policy }: AccessAttempt): string[] {
  const names = policy.requirements.flatMap((requirement) =>
    requirement.kind === 'scopes' || requirement.kind === 'organizationScopes' ? requirement.names : [],
  );
  return [...new Set(names)];
}

function challengeOf(parameters: Record<string, string | number | undefined>): string {
  const list = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${quotable(String(value))}"`);
  return list.length === 0 ? 'Bearer' : `Bearer ${list.join(', ')}`;
}

function quotable(value: string): string {
  return value.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
