/** The app cannot be diagnosed. `remedy` says what to do. */
export class DoctorError extends Error {
  override readonly name = 'DoctorError';

  /** @param remedy what to do */
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
