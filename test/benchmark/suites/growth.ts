import { estimate, figure, type SuiteResult } from '../support/report.js';
import { runRounds, Samples, type Size } from '../support/rounds.js';
import { load } from '../support/load.js';
import { resources } from '../support/setup.js';
import { sessionIdOf } from '../support/stores.js';
import type { BenchmarkRun } from '../support/benchmark-run.js';
import { median } from '../support/statistics.js';
import { signedIn } from './signed-in.js';

/** The maximum number of sessions that send requests. */
const senders = 2000;

const sizeOf = (run: BenchmarkRun, size: Size): Size =>
  run.quick ? { rounds: 2, amount: 200, warmUp: 1 } : size;

/** The cost of a request while the store fills. */
export async function manySessions(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'One to 100,000 sessions';
  const counts = run.quick ? [1, 1000] : [1, 100, 10_000, 100_000];
  const rows: string[][] = [];
  for (const count of counts) {
    const progress = run.progress(`${title}, ${count}`);
    const workloads = await signedIn(await run.contenders(['express-session', 'nestjs-logto']), run);
    const filled = [];
    for (const { contender, target } of workloads) {
      progress.step(`filling the store of ${contender.name}`);
      const found = await contender.remote.call('readSession', sessionIdOf(target.headers[0]?.cookie ?? ''));
      const cookies = await contender.remote.call('putSessions', found ?? {}, count);
      const step = Math.max(1, Math.floor(count / senders));
      const headers = cookies.filter((_, index) => index % step === 0).map((cookie) => ({ cookie }));
      filled.push({ contender, target: { path: target.path, headers } });
    }
    const samples = await runRounds(
      filled,
      // Each round is long enough to use every session.
      sizeOf(run, { rounds: 20, amount: senders, warmUp: 4 }),
      progress,
    );
    rows.push([
      count.toLocaleString('en'),
      figure(samples.mean('express-session', 'cpu')),
      figure(samples.mean('nestjs-logto', 'cpu')),
      estimate(samples.ratio('nestjs-logto', 'express-session', 'cpu')),
    ]);
    await run.clear();
  }
  return {
    title,
    method: `Signed-in requests of up to ${senders.toLocaleString('en')} different sessions, with this many sessions in MemoryStore.`,
    tables: [
      {
        title: '',
        columns: ['sessions', 'express-session, CPU µs', 'nestjs-logto, CPU µs', 'CPU, × express-session'],
        rows,
      },
    ],
    verdicts: [],
  };
}

/** The cost of a request of a user with tokens for many API resources. */
export async function manyResources(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'One to 50 API resources in a session';
  const rows: string[][] = [];
  for (const count of [1, 10, 50]) {
    const asked = resources.slice(0, count);
    const contenders = await run.contenders(['nestjs-logto', '@logto/express'], { resources: asked });
    const progress = run.progress(`${title}, ${count}`);
    const plain = new Samples();
    const withToken = new Samples();
    const bytes = new Map<string, number>();
    const prepared = [];
    for (const contender of contenders) {
      progress.step(`tokens for ${contender.name}`);
      const browser = await contender.signIn(run.provider);
      for (const resource of asked) {
        const { status } = await browser.open(`/token?resource=${encodeURIComponent(resource)}`);
        if (status !== 200) throw new Error(`${contender.name} gave no token for ${resource}: ${status}`);
      }
      const cookie = browser.cookies.header(contender.baseUrl);
      const stored = await contender.remote.call('readSession', sessionIdOf(cookie));
      bytes.set(contender.name, JSON.stringify(stored).length);
      prepared.push({ contender, headers: [{ cookie }] });
    }
    const { rounds, amount, warmUp } = sizeOf(run, { rounds: 40, amount: 300, warmUp: 15 });
    for (let round = -warmUp; round < rounds; round += 1) {
      progress.round(round, rounds);
      for (const { contender, headers } of prepared) {
        const page = await load(contender, { path: '/me', headers }, amount);
        const path = `/token?resource=${encodeURIComponent(asked[0] ?? '')}`;
        const token = await load(contender, { path, headers }, amount);
        if (round < 0) continue;
        plain.add(contender.name, page);
        withToken.add(contender.name, token);
      }
    }
    for (const { name } of contenders) {
      rows.push([
        `${count}, ${name}`,
        String(bytes.get(name)),
        figure(plain.mean(name, 'cpu')),
        figure(withToken.mean(name, 'cpu')),
      ]);
    }
    await run.clear();
  }
  return {
    title,
    method:
      'A session with a token for each resource. Every request reads the session. A request for a token also reads the tokens, which the module stores separately.',
    tables: [
      {
        title: '',
        columns: ['resources', 'session bytes/request', 'CPU µs, a page', 'CPU µs, a page with a token'],
        rows,
      },
    ],
    verdicts: [],
  };
}

/** What it costs to start, and the memory in use after that. */
export async function startUp(run: BenchmarkRun): Promise<SuiteResult> {
  const title = 'Start-up and memory';
  const progress = run.progress(title);
  const names = [
    'nest',
    'express-session',
    'nestjs-logto',
    '@logto/express',
    'express-openid-connect',
  ] as const;
  const rounds = run.quick ? 1 : 7;
  const found = new Map<string, { ready: number[]; resident: number[]; heap: number[] }>();
  for (let round = 0; round < rounds; round += 1) {
    progress.round(round, rounds);
    for (const name of names) {
      const { remote } = await run.contender(name);
      const of = found.get(name) ?? { ready: [], resident: [], heap: [] };
      of.ready.push(await remote.call('readyAfter'));
      const { resident, heap } = await remote.call('memory');
      of.resident.push(resident);
      of.heap.push(heap);
      found.set(name, of);
      await run.clear();
    }
  }
  const typical = (name: string, of: 'ready' | 'resident' | 'heap'): string =>
    figure(median(found.get(name)?.[of] ?? []));
  return {
    title,
    method:
      'From the start of the process until the app listens, and the memory in use then, after a garbage collection.',
    tables: [
      {
        title: '',
        columns: ['', 'ms until it listens', 'resident MB', 'heap MB'],
        rows: names.map((name) => [
          name,
          typical(name, 'ready'),
          typical(name, 'resident'),
          typical(name, 'heap'),
        ]),
      },
    ],
    verdicts: [],
  };
}
