import { onSessionChange, signIn, signOut, type Session } from 'nestjs-logto/browser';
import { loadNotes, notesPage } from './notes.js';
import { copyOf, element } from './page.js';

const main = element('#main');
const account = element('#account');
const status = element('#status');

/** Runs the action of a button, and shows the error if it fails. */
function attempt(run: () => Promise<unknown>): void {
  status.textContent = '';
  run().catch((error: unknown) => {
    status.textContent = error instanceof Error ? error.message : String(error);
  });
}

/** The actions of the buttons. */
const actions: Record<string, () => Promise<unknown>> = {
  'sign-in': () => signIn(),
  'sign-out': () => signOut(),
  open: () => loadNotes(),
};

/** Shows the account, and the notes of the user or a welcome. */
async function show({ user }: Session): Promise<void> {
  const name = user?.name ?? user?.username ?? 'You';
  account.replaceChildren(copyOf(user ? 'account-menu' : 'anonymous-account'));
  if (user) element('.name', account).textContent = name;
  main.replaceChildren(user ? notesPage(name, await loadNotes(), attempt) : copyOf('welcome'));
  main.removeAttribute('aria-busy');
}

document.addEventListener('click', ({ target }) => {
  const action = target instanceof HTMLElement ? actions[target.dataset['action'] ?? ''] : undefined;
  if (action) attempt(action);
});

// When the page opens, when the user comes back to this tab, and when another tab has signed in or out.
onSessionChange((session) => attempt(() => show(session)));
