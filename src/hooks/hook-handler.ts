/** A method of a provider that the module calls. */
export interface HookHandler {
  /** For logs: `UsersService.provision (@OnSignIn())`. */
  readonly name: string;
  call(...parameters: unknown[]): unknown;
}
