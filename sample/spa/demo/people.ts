/** The users of the emulator. */
export const people = [
  { username: 'ada', password: 'lovelace', name: 'Ada Lovelace', primaryEmail: 'ada@example.com' },
  { username: 'alan', password: 'turing', name: 'Alan Turing', primaryEmail: 'alan@example.com' },
];
