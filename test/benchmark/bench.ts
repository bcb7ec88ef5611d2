import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshBearer, repeatedBearer } from './suites/bearer.js';
import { encryptedTokens } from './suites/encrypted-tokens.js';
import { events } from './suites/events.js';
import { expiredToken } from './suites/expired-token.js';
import { manyResources, manySessions, startUp } from './suites/growth.js';
import { publicRoutes } from './suites/public.js';
import { sessionOnMemory, sessionOnRedis } from './suites/session.js';
import { signIns } from './suites/sign-in.js';
import { markdown, surroundings, type SuiteResult, type Surroundings } from './support/report.js';
import { BenchmarkRun } from './support/benchmark-run.js';

const suites = {
  memory: sessionOnMemory,
  redis: sessionOnRedis,
  public: publicRoutes,
  repeated: repeatedBearer,
  fresh: freshBearer,
  'sign-in': signIns,
  expired: expiredToken,
  encrypted: encryptedTokens,
  events,
  sessions: manySessions,
  resources: manyResources,
  'start-up': startUp,
} satisfies Record<string, (run: BenchmarkRun) => Promise<SuiteResult>>;

const packages = [
  '@nestjs/core',
  'express',
  'express-session',
  'connect-redis',
  'redis',
  '@logto/express',
  'express-openid-connect',
  'jose',
  '@nestjs/passport',
  'passport-jwt',
  'jwks-rsa',
  'express-oauth2-jwt-bearer',
  'autocannon',
];

const usage = `npm run bench [-- options]
  --quick         checks in a few minutes that everything runs; the figures mean little
  --only a,b      runs only these suites: ${Object.keys(suites).join(', ')}
  --node-flag f   passes a flag to Node for the contenders, such as --cpu-prof
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    'node-flag': { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

/** The results of all runs. Running a suite again replaces its part. */
interface Results {
  surroundings: Surroundings;
  suites: Record<string, SuiteResult>;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const names = Object.keys(suites) as (keyof typeof suites)[];
  const chosen =
    values.only === undefined ? names : names.filter((name) => values.only?.split(',').includes(name));
  if (chosen.length === 0) throw new Error(`No such suite.\n${usage}`);

  // A quick run is not precise enough to replace the committed results.
  const directory = join(values.quick ? 'build' : 'test', 'benchmark', 'results');
  // Results depend on the version of Node, so each major version has its own file.
  const file = join(directory, `node-${process.versions.node.split('.')[0]}`);
  const kept = `${file}.json`;
  const earlier = existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Results).suites : {};
  const found: Record<string, SuiteResult> = {};
  const run = await BenchmarkRun.start(values.quick, values['node-flag']);
  try {
    for (const name of chosen) {
      found[name] = await suites[name](run);
      await run.clear();
    }
  } finally {
    await run.close();
  }

  const all = Object.fromEntries(
    names.flatMap((name) => {
      const result = found[name] ?? earlier[name];
      return result ? [[name, result]] : [];
    }),
  );
  const results: Results = { surroundings: surroundings(versions()), suites: all };
  const command = `npm run bench${values.quick ? ' -- --quick' : ''}`;
  await mkdir(directory, { recursive: true });
  await writeFile(kept, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(`${file}.md`, markdown(results.surroundings, command, Object.values(results.suites)));
  process.stdout.write(`\n${markdown(results.surroundings, command, Object.values(found))}\n`);
  process.stderr.write(`Written to ${file}.md and ${file}.json.\n`);
}

function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  return Object.fromEntries(
    packages.map((name) => {
      const path = require.resolve
        .paths(name)
        ?.map((folder) => join(folder, name, 'package.json'))
        .find((candidate) => existsSync(candidate));
      const { version } = JSON.parse(path === undefined ? '{}' : readFileSync(path, 'utf8')) as {
        version?: string;
      };
      return [name, version ?? 'unknown'];
    }),
  );
}

await main();
