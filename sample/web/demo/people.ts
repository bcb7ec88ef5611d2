import type { EmulatorUser } from 'nestjs-logto/emulator';
import { portrait } from './portrait.js';

/** A user who signs in with a password. */
export type Person = EmulatorUser & { name: string; password: string; roles: string[] };

/** The users of the emulator. */
export const people: Person[] = [
  {
    username: 'ada',
    password: 'lovelace',
    name: 'Ada Lovelace',
    primaryEmail: 'ada@example.com',
    avatar: portrait({ skin: '#f0c8a8', hair: '#3b2a25', clothes: '#7c4dbd', background: '#e4d9f7' }),
    profile: { givenName: 'Ada', familyName: 'Lovelace', birthdate: '1815-12-10', locale: 'en-GB' },
    customData: { favouriteBook: 'Sketch of the Analytical Engine' },
    roles: ['librarian'],
    organizations: [{ id: 'city-library', roles: ['board'] }],
  },
  {
    username: 'grace',
    password: 'hopper',
    name: 'Grace Hopper',
    primaryEmail: 'grace@example.com',
    avatar: portrait({ skin: '#e8b894', hair: '#8d8d92', clothes: '#1f3a5f', background: '#d5e5f5' }),
    profile: { givenName: 'Grace', familyName: 'Hopper', birthdate: '1906-12-09', locale: 'en-US' },
    customData: { favouriteBook: 'The Education of a Computer' },
    roles: ['reader'],
    organizations: [{ id: 'city-library' }],
  },
  {
    username: 'alan',
    password: 'turing',
    name: 'Alan Turing',
    primaryEmail: 'alan@example.com',
    profile: { givenName: 'Alan', familyName: 'Turing', birthdate: '1912-06-23', locale: 'en-GB' },
    roles: [],
  },
];
