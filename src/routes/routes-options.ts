/** What the routes need to know of the options. */
export class RoutesOptions {
  /**
   * @param baseUrl this app as browsers see it
   * @param maxAge the module's own longest time since the sign-in, in seconds
   */
  constructor(
    readonly baseUrl: string,
    readonly maxAge: number | undefined,
  ) {}
}
