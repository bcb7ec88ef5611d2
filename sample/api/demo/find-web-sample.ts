/** How `npm start` is registered at its stand-in. */
const application = 'reading-room';

/** What answers where `npm start` has its stand-in. */
export interface WebSample {
  endpoint: string;
  /** False for another Logto, or for something else altogether. */
  isIt: boolean;
}

/**
 * Looks for the stand-in of the web sample.
 * @returns `undefined` when nothing answers
 */
export async function findWebSample(resource: string): Promise<WebSample | undefined> {
  const endpoint = `http://localhost:${process.env.LOGTO_EMULATOR_PORT || 3001}`;
  // Who is not signed in comes back with this error, but only to an application that is known, for a resource that is.
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
    return { endpoint, isIt: error === 'login_required' };
  } catch {
    return undefined;
  }
}
