#!/usr/bin/env node
import { runCommand } from './command/run-command.js';

const aborter = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => aborter.abort());
}

void runCommand(process.argv.slice(2), {
  directory: process.cwd(),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  signal: aborter.signal,
}).then((code) => {
  process.exitCode = code;
});
