// Sums up what the steps of a run recorded, and exits with 1 if one of them failed. A step that failed without a failed
// test to show for it (lint, a crash, a runner that wrote no result) counts as one failed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ending] = process.argv.slice(2);
const failures = [];
let passed = 0;
let failed = 0;

/** Counts what a test runner of Jest's wrote. */
function countSuite(name, exitCode) {
  const path = resultPath(name);
  if (!existsSync(path)) return fail(name, 'ended without a result');
  const result = JSON.parse(readFileSync(path, 'utf8'));
  // The tests of a file that could not run are in no other number.
  const failedTests = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests + result.numTodoTests;
  console.log(`=== ${name}: ${result.numPassedTests} passed, ${failedTests} failed, ${skipped} skipped`);
  passed += result.numPassedTests;
  if (failedTests > 0) return fail(name, `${failedTests} tests`, failedTests);
  if (result.numPassedTests === 0) return fail(name, 'ran no test');
  if (exitCode !== '0') fail(name, `exit code ${exitCode}`);
}

function fail(name, why, count = 1) {
  failed += count;
  failures.push(`${name}: ${why}`);
}

/** Where the suite writes its result. */
function resultPath(name) {
  return join(folder, `${name.replaceAll(' ', '-').replaceAll(':', '-')}.json`);
}

const results = join(folder, 'results');
for (const line of existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : []) {
  const [kind, exitCode, name] = line.split('\t');
  if (kind === 'suite') countSuite(name, exitCode);
  else if (exitCode !== '0') fail(name, `exit code ${exitCode}`);
}
if (ending !== 'finished') fail('the run itself', ending);

for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
