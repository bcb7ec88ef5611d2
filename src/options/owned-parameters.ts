const ofModule = 'the module sets it, and checks what comes back against it. Leave it out.';

/** Parameters of the authorization request that `extraParams` cannot have, each with what to do instead. */
const remedies: Readonly<Record<string, string>> = {
  client_id: 'this is the option `appId`.',
  client_secret: 'a secret never goes through the browser. This is the option `appSecret`.',
  code_challenge: ofModule,
  code_challenge_method: ofModule,
  max_age: 'this is `maxAge` of the sign-in, which the callback then checks.',
  nonce: ofModule,
  prompt: 'this is the option `prompt`.',
  redirect_uri:
    'this is `baseUrl` and the callback route, or `redirectUri` of `LogtoService.signIn` for routes of your own.',
  request: ofModule,
  request_uri: ofModule,
  resource: 'this is the option `resources`.',
  response_mode:
    'the callback reads the query, and a form that Logto posts brings no cookie along. Leave it out.',
  response_type: ofModule,
  scope: 'this is the option `scopes`.',
  state: ofModule,
};

/** What to do instead of giving a parameter in `extraParams`; `undefined` for one that may be given. */
export function ownedParameterRemedy(name: string): string | undefined {
  return Object.hasOwn(remedies, name) ? remedies[name] : undefined;
}
