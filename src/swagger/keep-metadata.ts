/** Runs a function that decorates subjects, and restores their metadata afterwards. */
export function keepMetadata<T>(subjects: readonly object[], run: () => T): T {
  const before = subjects.map((subject) => new Map(metadataOf(subject)));
  try {
    return run();
  } finally {
    for (const [index, subject] of subjects.entries()) {
      const kept = before[index];
      for (const [key] of metadataOf(subject)) if (!kept?.has(key)) Reflect.deleteMetadata(key, subject);
      for (const [key, value] of kept ?? []) Reflect.defineMetadata(key, value, subject);
    }
  }
}

function metadataOf(subject: object): [unknown, unknown][] {
  return Reflect.getOwnMetadataKeys(subject).map((key) => [key, Reflect.getOwnMetadata(key, subject)]);
}
