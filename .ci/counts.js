// Prints what one Jest run counted: passed, failed, skipped. A file that could not run counts as failed: its
// tests are in no other number.
import { existsSync, readFileSync } from 'node:fs';

const path = process.argv[2];
if (!existsSync(path)) {
  console.error('The runner ended without a result.');
  process.exit(1);
}
const result = JSON.parse(readFileSync(path, 'utf8'));
console.log(
  result.numPassedTests,
  result.numFailedTests + result.numRuntimeErrorTestSuites,
  result.numPendingTests + result.numTodoTests,
);
