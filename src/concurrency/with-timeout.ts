/**
 * Waits for a call, but no longer than `timeout` milliseconds. The call itself continues, and its outcome is ignored.
 * @throws what the call throws, or the error that `timedOut` returns
 */
export async function withTimeout<T>(
  call: () => T | Promise<T>,
  timeout: number,
  timedOut: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(timedOut()), timeout);
  });
  try {
    return await Promise.race([(async () => call())(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
