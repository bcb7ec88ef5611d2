import { LogtoException } from '../logto.exceptions.js';
import type { LocalUser } from './local-user.js';

/** Maximum size of a user resolver's result, in bytes of JSON: each request loads it with the session. */
const maxSize = 4096;

/**
 * The result of a user resolver as it is stored.
 * @param name the method: `UsersResolver.resolve (@LogtoUserResolver())`
 * @throws LogtoException `local_user_invalid`
 */
export function toLocalUser(name: string, answer: unknown): LocalUser {
  let json: string | undefined;
  try {
    json = JSON.stringify(answer);
  } catch (error) {
    throw invalid(`${name} returned a value that is not JSON. Return a plain object.`, error);
  }
  if (json === undefined) {
    throw invalid(`${name} returned ${typeof answer}. Return an object, or \`null\` to refuse the user.`);
  }
  // `NaN`, and what a `toJSON` makes of an object. As null, it would refuse the user.
  if (json === 'null') throw invalid(`${name} returned a value that is null as JSON. Return an object.`);
  const size = Buffer.byteLength(json);
  if (size > maxSize) {
    throw invalid(
      `${name} returned ${size} bytes of JSON, and at most ${maxSize} fit in the session. Return what most requests need, ` +
        'such as an ID, and load the rest in the handlers.',
    );
  }
  return JSON.parse(json) as LocalUser;
}

function invalid(message: string, cause?: unknown): LogtoException {
  return new LogtoException('local_user_invalid', message, { cause });
}
