/** Runs something with another `NODE_ENV`. */
export async function withNodeEnv<T>(environment: string, run: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = environment;
  try {
    return await run();
  } finally {
    process.env.NODE_ENV = before;
  }
}
