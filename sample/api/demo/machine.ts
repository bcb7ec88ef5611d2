import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** The credentials of a machine-to-machine application at the emulator. */
export interface Machine {
  id: string;
  secret: string;
}

/**
 * Requests an access token from the emulator with client credentials (RFC 6749 section 4.4). In your app, call
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
