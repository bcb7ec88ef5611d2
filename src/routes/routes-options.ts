/** What the routes need to know of the options. */
export class RoutesOptions {
  /** @param baseUrl this app as browsers see it */
  constructor(readonly baseUrl: string) {}
}
