/** A mistake in how the command is used. */
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
