import { callApi } from './api.js';
import { copyOf, element } from './page.js';

interface Note {
  id: number;
  text: string;
}

/** Loads the notes of the signed-in user. */
export const loadNotes = (): Promise<Note[]> => callApi<Note[]>('notes');

/** The page with the notes of a user. */
export function notesPage(name: string, notes: Note[], attempt: (run: () => Promise<void>) => void): Node {
  const page = copyOf('notes');
  element('h1', page).textContent = `${name}’s notes`;
  const list = element('.notes', page);
  const empty = element('.empty', page);
  const show = (shown: Note[]): void => {
    list.replaceChildren(...shown.map((note) => item(note, remove)));
    empty.hidden = shown.length > 0;
  };
  const remove = (note: Note): void =>
    attempt(async () => show(await callApi<Note[]>(`notes/${note.id}`, 'DELETE')));
  element<HTMLFormElement>('form', page).addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = new FormData(form).get('text');
    attempt(async () => {
      await callApi('notes', 'POST', { text });
      form.reset();
      show(await loadNotes());
    });
  });
  show(notes);
  return page;
}

function item(note: Note, remove: (note: Note) => void): Node {
  const entry = copyOf('note');
  element('span', entry).textContent = note.text;
  const button = element('button', entry);
  button.setAttribute('aria-label', `Remove “${note.text}”`);
  button.addEventListener('click', () => remove(note));
  return entry;
}
