/* One instance of the app in a process of its own, which counts its requests to Logto. */
import { startApp } from './app.js';
import type { InstanceReport, InstanceSetup } from './instance-process.js';

const setup = JSON.parse(process.argv[2] ?? '') as InstanceSetup;
let sent: number[] = [];

await startApp({
  ...setup,
  logto: {
    ...(setup.revalidateAfter !== undefined && { revalidateAfter: setup.revalidateAfter }),
    http: {
      fetch: (input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        if (url.endsWith('/oidc/token')) sent.push(Date.now());
        return fetch(input, init);
      },
    },
  },
});

process.on('message', () => {
  process.send?.({ sent } satisfies InstanceReport);
  sent = [];
});
process.send?.('ready');
