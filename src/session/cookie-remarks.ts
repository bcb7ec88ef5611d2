/** A session cookie that lives shorter than this is most likely meant to live a thousand times longer, in milliseconds. */
const suspiciousLifetime = 60 * 60 * 1000;

/**
 * What is said once of a session cookie that does not work as it was most likely meant.
 * @param lifetime milliseconds; nothing for a cookie that ends with the browser
 * @param sameSite as express-session takes it: `true` is "strict"
 */
export function cookieRemarks(lifetime: number | null | undefined, sameSite?: unknown): string[] {
  const remarks: string[] = [];
  if (typeof lifetime === 'number' && lifetime < suspiciousLifetime) {
    remarks.push(
      `The session cookie lives ${Math.round(lifetime / 60_000)} minutes: express-session takes \`maxAge\` in ` +
        'milliseconds. Two weeks are `14 * 24 * 60 * 60 * 1000`.',
    );
  }
  if (sameSite === 'strict' || sameSite === true) {
    remarks.push(
      'The session cookie is `sameSite: "strict"`: browsers keep it from the page that a sign-in at Logto comes ' +
        'back to, so nobody would be signed in there. Use "lax".',
    );
  }
  return remarks;
}
