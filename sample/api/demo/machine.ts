import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** A program that is registered at the stand-in, and calls the API in its own name. */
export interface Machine {
  id: string;
  secret: string;
}

/**
 * Asks the stand-in for an access token as a program does (RFC 6749 section 4.4). An app of yours calls
 * `LogtoService.getClientCredentialsToken` instead.
 */
export async function tokenOf(
  { id, secret }: Machine,
  { issuer }: LogtoEmulator,
  parameters: Record<string, string>,
): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}
