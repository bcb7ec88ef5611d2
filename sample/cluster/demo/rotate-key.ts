import { randomBytes } from 'node:crypto';
import { restartInstances, type Instances } from './start-instances.js';

/**
 * Replaces the key that encrypts the tokens, in two deployments: the first lets every instance decrypt with the new key,
 * the second lets them encrypt with it.
 */
export async function rotateKey(instances: Instances): Promise<void> {
  const [old = ''] = (process.env.LOGTO_ENCRYPTION_KEYS ?? '').split(',');
  const next = randomBytes(32).toString('base64url');
  for (const [order, keys] of Object.entries({ 'old, new': [old, next], 'new, old': [next, old] })) {
    console.log(`\n  Keys        ${order}: restarting one instance after the other`);
    process.env.LOGTO_ENCRYPTION_KEYS = keys.join(',');
    await restartInstances(instances);
  }
  console.log('  Rotated     Reload the page: you are still signed in.\n');
}
