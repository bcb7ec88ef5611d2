import type { ContenderProcess } from '../support/contender-process.js';
import type { Entrant } from '../support/rounds.js';
import { sessionIdOf } from '../support/stores.js';
import type { Stage } from '../support/stage.js';

/** The contenders that can sign in. The others get a session with the same content as the module's. */
const signsIn: ReadonlySet<string> = new Set([
  'nestjs-logto',
  'nestjs-logto, encrypted',
  "nestjs-logto, app's session",
  'nestjs-logto, with a subscriber',
  '@logto/express',
  'express-openid-connect',
  'express-openid-connect, cookie',
]);

/** Creates a signed-in session for each contender, and the requests to send with it. */
export async function signedIn(
  contenders: readonly ContenderProcess[],
  { provider }: Stage,
  path = '/me',
): Promise<Entrant[]> {
  const model = contenders.find(({ name }) => name.startsWith('nestjs-logto'));
  const record = model && (await recordOf(model, await cookieOf(model, provider)));
  const entrants: Entrant[] = [];
  for (const contender of contenders) {
    entrants.push({ contender, target: { path, headers: [await headersFor(contender)] } });
  }
  return entrants;

  async function headersFor(contender: ContenderProcess): Promise<Record<string, string>> {
    if (signsIn.has(contender.name)) return { cookie: await cookieOf(contender, provider) };
    if (contender.name === 'nest') return {};
    const [cookie = ''] = await contender.remote.ask('putSessions', { user: record }, 1);
    return { cookie };
  }
}

async function cookieOf(contender: ContenderProcess, provider: Stage['provider']): Promise<string> {
  return (await contender.signIn(provider)).cookies.header(contender.baseUrl);
}

/** The module's data in a session. */
async function recordOf({ remote }: ContenderProcess, cookie: string): Promise<unknown> {
  return (await remote.ask('readSession', sessionIdOf(cookie)))?.logto;
}
