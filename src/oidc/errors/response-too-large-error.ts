/** Logto's response is larger than its limit. */
export class ResponseTooLargeError extends Error {
  /** @param maxBytes the maximum size of the response */
  constructor(maxBytes: number) {
    super(`The provider's response is larger than ${maxBytes} bytes.`);
    this.name = 'ResponseTooLargeError';
  }
}
