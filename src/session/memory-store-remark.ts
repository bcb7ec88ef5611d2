import session from 'express-session';

/**
 * What is said once of sessions that are kept in memory: by the default store of express-session, of this copy or an
 * app's own.
 * @returns nothing in tests
 */
export function memoryStoreRemark(store: object): string | undefined {
  const isInMemory = store instanceof session.MemoryStore || store.constructor.name === 'MemoryStore';
  const environment = process.env.NODE_ENV;
  if (!isInMemory || environment === 'test') return undefined;
  return environment === 'production'
    ? 'Sessions are kept in the memory of this process: they end when it does, no other instance knows them, and ' +
        `nothing bounds them. ${remedy}`
    : `Sessions are kept in memory, so each restart of the app signs everybody out. ${remedy}`;
}

const remedy =
  'Give the session one of https://www.npmjs.com/package/express-session#compatible-session-stores as `store`.';
