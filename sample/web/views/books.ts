import { html, Markup } from './html.js';

const shelf = [
  { title: 'Sketch of the Analytical Engine', author: 'Luigi Menabrea, Ada Lovelace', colour: '#5b3a8c' },
  { title: 'The Education of a Computer', author: 'Grace Hopper', colour: '#1f4d7a' },
  { title: 'On Computable Numbers', author: 'Alan Turing', colour: '#8a3b2a' },
  { title: 'A Mathematical Theory of Communication', author: 'Claude Shannon', colour: '#17624a' },
];

/** The books that only signed-in users can see. */
export const books = html`<ul class="books">
  ${shelf.map(
    ({ title, author, colour }) =>
      html`<li style="background-color: ${colour}"><strong>${title}</strong> <span>${author}</span></li>`,
  )}
</ul>`;

/** A picture of a bookshelf. */
export const spines = new Markup(
  '<svg class="spines" viewBox="0 0 220 150" aria-hidden="true">' +
    '<path fill="#5b3a8c" d="M14 20h30v122H14z"/><path fill="#d9a441" d="M14 36h30v6H14zM14 118h30v6H14z"/>' +
    '<path fill="#1f4d7a" d="M48 38h24v104H48z"/><path fill="#fff" fill-opacity=".7" d="M56 52h8v44h-8z"/>' +
    '<path fill="#8a3b2a" d="M76 10h36v132H76z"/><path fill="#f3d9b1" d="M84 26h20v34H84z"/>' +
    '<path fill="#17624a" d="M116 48h20v94h-20z"/><path fill="#d9a441" d="M116 60h20v4h-20zM116 126h20v4h-20z"/>' +
    '<path fill="#b8862f" d="m146 40 26-7 27 102-26 7z"/><path fill="#fff" fill-opacity=".6" d="m155 54 14-4 8 30-14 4z"/>' +
    '<path stroke="currentColor" stroke-opacity=".35" stroke-width="4" stroke-linecap="round" d="M4 144h212"/></svg>',
);
