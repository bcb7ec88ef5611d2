// Prints what one Jest run counted: passed, failed, skipped. A file that could not run counts as failed: its
// tests are in no other number.
import { readFileSync } from 'node:fs';

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(
  result.numPassedTests,
  result.numFailedTests + result.numRuntimeErrorTestSuites,
  result.numPendingTests + result.numTodoTests,
);
