/** The application ID of the web sample at its emulator. */
const application = 'reading-room';

/** The server at the URL of the web sample's emulator. */
export interface WebSample {
  endpoint: string;
  /** Whether it is the web sample's emulator, rather than another Logto or any other server. */
  isWebSample: boolean;
}

/**
 * Looks for the emulator of the web sample.
 * @returns `undefined` if no server responds
 */
export async function findWebSample(resource: string): Promise<WebSample | undefined> {
  const endpoint = `http://localhost:${process.env.LOGTO_EMULATOR_PORT || 3001}`;
  // Logto responds with `login_required` only if it knows both the application and the resource.
  const url = new URL(`${endpoint}/oidc/auth`);
  url.search = new URLSearchParams({
    client_id: application,
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    resource,
  }).toString();
  try {
    const { headers } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(1000) });
    const location = headers.get('location');
    const error = location && new URL(location, endpoint).searchParams.get('error');
    return { endpoint, isWebSample: error === 'login_required' };
  } catch {
    return undefined;
  }
}
