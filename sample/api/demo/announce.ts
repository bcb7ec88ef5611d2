import { tokenOf } from './machine.js';
import type { Demo, Preparation } from './prepare-environment.js';

/** Says on the terminal what to try, with tokens that are good for an hour. */
export async function announce({ demo, logto }: Preparation): Promise<void> {
  const { PORT, LOGTO_RESOURCE: resource = '' } = process.env;
  const api = `http://localhost:${PORT}`;
  const lines = [
    `API         ${api}, for tokens of ${resource}`,
    ...logto.map((line, index) => `${index === 0 ? 'Logto' : '     '}       ${line}`),
    '',
    ...(demo ? await requestsToTry(demo, api, resource) : withoutTokens(api)),
    '',
    'Stop        Ctrl-C',
  ];
  console.log(`\n${lines.map((line) => (line ? `  ${line}` : '')).join('\n')}\n`);
}

async function requestsToTry({ machine, emulator }: Demo, api: string, resource: string): Promise<string[]> {
  const reader = await tokenOf(machine, emulator, { resource, scope: 'read:books' });
  const board = await tokenOf(machine, emulator, {
    organization_id: 'city-library',
    scope: 'invite:readers',
  });
  return [
    'Two tokens of a program, to be copied into a terminal:',
    '',
    `READER=${reader}`,
    '',
    `BOARD=${board}`,
    '',
    'And what to try with them:',
    '',
    `curl ${api}/books/count                          # 200: for everybody`,
    `curl -i ${api}/books                             # 401: no token`,
    `curl -H "Authorization: Bearer $READER" ${api}/books`,
    '                                                 # 200: has read:books',
    `curl -H "Authorization: Bearer $READER" -d title=Ulysses ${api}/books`,
    '                                                 # 403: lacks write:books',
    `curl -H "Authorization: Bearer $BOARD" -X POST ${api}/libraries/city-library/invitations`,
    '                                                 # 201: the board of that library',
    `curl -H "Authorization: Bearer $BOARD" -X POST ${api}/libraries/other-library/invitations`,
    '                                                 # 403: not of another one',
  ];
}

function withoutTokens(api: string): string[] {
  return [
    `curl ${api}/books/count     # 200: for everybody`,
    `curl -i ${api}/books        # 401: no token`,
    '',
    'The web sample calls it for whoever is signed in, when it is started so:',
    '',
    `SAMPLE_API=${api} npm start, then http://localhost:3000/fetch-access-token`,
  ];
}
