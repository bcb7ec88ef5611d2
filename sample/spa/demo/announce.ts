import { people } from './people.js';

/** Prints the URL to open and the accounts to sign in with. */
export function announce(): void {
  const { LOGTO_BASE_URL, LOGTO_ENDPOINT } = process.env;
  const accounts = people.map(({ username, password }) => `${username} / ${password}`).join(', ');
  console.log(`
  Open        ${LOGTO_BASE_URL}
  Sign in as  ${accounts} (with the emulator)
  Logto       ${LOGTO_ENDPOINT}

  Stop        Ctrl-C
`);
}
