/** Where an API of yours is, such as that of `npm run start:api`. */
const api = process.env.SAMPLE_API;

/** What the API answers to the user's access token; `undefined` where none was named. */
export async function askApi(accessToken: string | undefined): Promise<string | undefined> {
  if (!api || !accessToken) return undefined;
  try {
    const answer = await fetch(`${api}/books`, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(3000),
    });
    return `${answer.status} ${JSON.stringify(await answer.json(), null, 2)}`;
  } catch {
    return `Nobody answers at ${api}. Start it: npm run start:api`;
  }
}
