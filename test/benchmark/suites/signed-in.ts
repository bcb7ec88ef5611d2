import type { ContenderProcess } from '../support/contender-process.js';
import type { Workload } from '../support/rounds.js';
import { sessionIdOf } from '../support/stores.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';

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
  { provider }: BenchmarkRun,
  path = '/me',
): Promise<Workload[]> {
  const model = contenders.find(({ name }) => name.startsWith('nestjs-logto'));
  const record = model && (await recordOf(model, await cookieOf(model, provider)));
  const workloads: Workload[] = [];
  for (const contender of contenders) {
    workloads.push({ contender, target: { path, headers: [await headersFor(contender)] } });
  }
  return workloads;

  async function headersFor(contender: ContenderProcess): Promise<Record<string, string>> {
    if (signsIn.has(contender.name)) return { cookie: await cookieOf(contender, provider) };
    if (contender.name === 'nest') return {};
    const [cookie = ''] = await contender.remote.call('putSessions', { user: record }, 1);
    return { cookie };
  }
}

async function cookieOf(contender: ContenderProcess, provider: BenchmarkRun['provider']): Promise<string> {
  return (await contender.signIn(provider)).cookies.header(contender.baseUrl);
}

/** The module's data in a session. */
async function recordOf({ remote }: ContenderProcess, cookie: string): Promise<unknown> {
  return (await remote.call('readSession', sessionIdOf(cookie)))?.logto;
}
