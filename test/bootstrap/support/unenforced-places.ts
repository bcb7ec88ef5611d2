import { expect } from '@jest/globals';

/** How the startup error describes a place with a requirement and without a guard. */
export const unguarded = (place: string): string =>
  `${place}: no guard enforces it. Add @UseGuards(LogtoGuard) or @UseGuards(LogtoApiGuard).`;

/** The places that the startup error lists. Empty when the app starts. */
export async function unenforcedPlaces(starting: Promise<unknown>): Promise<string[]> {
  const error: unknown = await starting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  expect(error).toMatchObject({
    code: 'authorization_not_enforced',
    message: expect.stringMatching(
      /everybody would get access.*APP_GUARD.*`allowUnenforcedRequirements: true`/s,
    ),
  });
  return (error as Error).message.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? []);
}
