#!/usr/bin/env node
import { runCli } from './run-cli.js';

void runCli(process.argv.slice(2)).then((code) => {
  // The app that a command has loaded may keep connections open. The callback runs when the output is written.
  process.stdout.write('', () => process.exit(code));
});
