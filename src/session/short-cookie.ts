/** A session cookie that lives shorter than this is most likely meant to live a thousand times longer, in milliseconds. */
export const suspiciousLifetime = 60 * 60 * 1000;

/** What is said once of a session cookie that lives very briefly. */
export function shortCookieRemark(lifetime: number): string {
  return (
    `The session cookie lives ${Math.round(lifetime / 1000)} seconds: express-session takes \`maxAge\` in ` +
    'milliseconds. Two weeks are `14 * 24 * 60 * 60 * 1000`.'
  );
}
