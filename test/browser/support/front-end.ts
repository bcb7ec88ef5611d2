import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { leftovers } from '../../support/runner/leftovers.js';

const client = fileURLToPath(new URL('../../../dist/browser/index.js', import.meta.url));

/** The published file of `nestjs-logto/browser`. */
export const clientScript = (): Promise<string> => readFile(client, 'utf8');

/** A page that shows who is signed in, with buttons to sign in and out. */
export const frontEndPage = `<!doctype html>
<html lang="en"><title>Shop</title><script type="module" src="/page.js"></script>
<main><h1>…</h1><button id="in">Sign in</button><button id="out">Sign out</button></main></html>`;

/**
 * The script of the page, as a browser runs it without a bundler.
 * @param options of `createLogtoClient`. Default: the functions for the origin of the page
 */
export function pageScript(options?: object): string {
  const source = options ? `createLogtoClient(${JSON.stringify(options)})` : 'logto';
  return `import * as logto from '/client.js';
    const { createLogtoClient } = logto;
    const { getSession, signIn, signOut, onSessionChange } = ${source};
    const changes = (window.changes = []);
    Object.assign(window, { getSession, onSessionChange });
    window.stop = onSessionChange(({ isAuthenticated, user }) => {
      document.querySelector('h1').textContent = isAuthenticated ? 'Hello ' + user.name : 'Not signed in';
      changes.push(user?.sub ?? 'anonymous');
    });
    document.querySelector('#in').onclick = () => signIn();
    document.querySelector('#out').onclick = () => signOut();`;
}

/** Serves the page of a front end on an origin of its own. */
export async function serveFrontEnd(port: number, script: string): Promise<void> {
  const files: Record<string, [type: string, text: string]> = {
    '/page.js': ['text/javascript', script],
    '/client.js': ['text/javascript', await clientScript()],
  };
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ''] ?? ['text/html', frontEndPage];
    response.setHeader('content-type', type);
    response.setHeader('content-security-policy', `default-src 'self'; connect-src *`);
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(port, resolve));
  leftovers.add(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
}
