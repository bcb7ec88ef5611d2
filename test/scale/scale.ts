/* Measures what many signed-in users need: entries and bytes in Redis, commands for each request, and requests to Logto
 * when everything expires at once.
 *
 *   npm run scale
 *   npm run scale -- --only memory --sessions 100000
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureCommands } from './commands.js';
import { measureHerd } from './herd.js';
import { measureMemory } from './memory.js';
import { RedisServer } from './redis-server.js';
import { markdown, type Table } from './table.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sessions: { type: 'string', default: '100000' },
    polling: { type: 'string', default: '600' },
    output: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const parts: Record<string, () => Promise<Table[]>> = {
  commands: measureCommands,
  memory: () => measureMemory(50, Number(values.sessions)),
  herd: () => measureHerd(Number(values.polling)),
};

const usage = `npm run scale [-- options]
  --only a,b     measures only these: ${Object.keys(parts).join(', ')}
  --sessions n   copies of sign-ins in Redis. Default: 100000
  --polling n    sessions that poll at the same time. Default: 600
  --output file  also writes the tables to a file
`;

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const chosen = values.only?.split(',') ?? Object.keys(parts);
  const redis = await RedisServer.start();
  const version = await redis.version();
  await redis.stop();
  const lines = [`Node ${process.version}, Redis ${version}, \`connect-redis\` 9.`, ''];
  for (const name of chosen) {
    const measure = parts[name];
    if (!measure) throw new Error(`There is no part \`${name}\`.\n${usage}`);
    for (const table of await measure()) lines.push(markdown(table));
  }
  process.stdout.write(`\n${lines.join('\n')}\n`);
  if (values.output !== undefined) await writeFile(values.output, `${lines.join('\n')}\n`);
}

await main();
