/** The URL of your API, such as the API sample: `npm run start:api`. */
const api = process.env.SAMPLE_API;

/** Calls the API with the user's access token. @returns the response; `undefined` if no API is configured */
export async function callApi(accessToken: string | undefined): Promise<string | undefined> {
  if (!api || !accessToken) return undefined;
  try {
    const answer = await fetch(`${api}/books`, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(3000),
    });
    return `${answer.status} ${JSON.stringify(await answer.json(), null, 2)}`;
  } catch {
    return `No response from ${api}. Start the API: npm run start:api`;
  }
}
