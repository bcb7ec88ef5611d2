import type { LogtoContext } from 'nestjs-logto';

/** The page of the sample: the instance, the signed-in user, and a button that sends 20 parallel requests. */
export function homePage(instance: string, { isAuthenticated, claims }: LogtoContext): string {
  const name = escaped(claims?.name ?? claims?.username ?? claims?.sub ?? '');
  const account = isAuthenticated
    ? `<form method="post" action="/logto/sign-out">
<p>Signed in as <strong>${name}</strong>. <button type="submit">Sign out</button></p>
</form>${burst}`
    : '<p>You are not signed in.</p><p><a class="action" href="/logto/sign-in">Sign in</a></p>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Two instances</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<main>
<h1>Response from instance ${escaped(instance)}</h1>
<p class="muted">Reload the page: the proxy alternates between the instances, and the session is in Redis.</p>
${account}
<p class="muted">Health: <a href="/health/live">live</a>, <a href="/health/ready">ready</a></p>
</main>
</body>
</html>
`;
}

const burst = `
<p><button class="action" type="button">Refresh the token with 20 parallel requests</button></p>
<p role="status"></p>
<script>
const status = document.querySelector('[role=status]');
document.querySelector('button[type=button]').addEventListener('click', async () => {
  status.textContent = 'Sending requests…';
  try {
    await fetch('/clear-token', { method: 'POST' });
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch('/token')).json()));
    const instances = [...new Set(answers.map(({ instance }) => instance))].sort();
    const tokens = [...new Set(answers.map(({ fingerprint }) => fingerprint))];
    status.textContent = answers.length + ' responses from ' + instances.join(' and ') + ', ' +
      (tokens.length === 1 ? 'all with the same token (' + tokens[0] + '): one refresh.' : tokens.length + ' tokens.');
  } catch {
    status.textContent = 'The requests failed. Reload the page.';
  }
});
</script>`;

const styles = `
:root { color-scheme: light dark; --accent: #17624a; --on-accent: #fff; font: 1.0625rem/1.6 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --accent: #74d3ab; --on-accent: #06281c; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 34rem; padding: 2rem 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
a { color: var(--accent); }
.muted { opacity: .75; margin-top: 0; }
.action { display: inline-block; padding: .625rem 1.25rem; border: 0; border-radius: .5rem; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
