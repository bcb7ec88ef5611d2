import { tokenOf } from './machine.js';
import type { Demo, Preparation } from './prepare-environment.js';

/** Prints what to try on the terminal, with tokens that are valid for an hour. */
export async function announce({ demo, logto }: Preparation): Promise<void> {
  const { PORT, LOGTO_RESOURCE: resource = '' } = process.env;
  const api = `http://localhost:${PORT}`;
  const lines = [
    `API         ${api}, accepts tokens for ${resource}`,
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
    'Two tokens of a machine-to-machine application. Copy them to a terminal:',
    '',
    `READER=${reader}`,
    '',
    `BOARD=${board}`,
    '',
    'Then try these requests:',
    '',
    `curl ${api}/books/count                          # 200: public`,
    `curl -i ${api}/books                             # 401: no token`,
    `curl -H "Authorization: Bearer $READER" ${api}/books`,
    '                                                 # 200: has read:books',
    `curl -H "Authorization: Bearer $READER" -d title=Ulysses ${api}/books`,
    '                                                 # 403: needs write:books',
    `curl -H "Authorization: Bearer $BOARD" -X POST ${api}/libraries/city-library/invitations`,
    '                                                 # 201: token for this library',
    `curl -H "Authorization: Bearer $BOARD" -X POST ${api}/libraries/other-library/invitations`,
    '                                                 # 403: token for another library',
  ];
}

function withoutTokens(api: string): string[] {
  return [
    `curl ${api}/books/count     # 200: public`,
    `curl -i ${api}/books        # 401: no token`,
    '',
    'The web sample calls this API for the signed-in user if you start it like this:',
    '',
    `SAMPLE_API=${api} npm start, then http://localhost:3000/fetch-access-token`,
  ];
}
