/** What the routes need to know of the options. */
export class RoutesOptions {
  /**
   * @param baseUrl this app as browsers see it
   * @param prefix the path of the routes, without the slashes around it
   * @param signsIn whether anybody can sign in: not where the module only takes bearer tokens
   * @param maxAge the module's own longest time since the sign-in, in seconds
   */
  constructor(
    readonly baseUrl: string,
    readonly prefix: string,
    readonly signsIn: boolean,
    readonly maxAge: number | undefined,
  ) {}
}
