const setByModule = 'the module sets it, and checks what comes back against it. Leave it out.';

/** Parameters of the authorization request that `extraParams` must not have, and what to do instead. */
const remedies: Readonly<Record<string, string>> = {
  acr_values: 'this is `acrValues` of the sign-in, which the callback then checks.',
  client_id: 'this is the option `appId`.',
  client_secret: 'a secret never goes through the browser. This is the option `appSecret`.',
  code_challenge: setByModule,
  code_challenge_method: setByModule,
  max_age: 'this is `maxAge` of the sign-in, which the callback then checks.',
  nonce: setByModule,
  prompt: 'this is the option `prompt`.',
  redirect_uri:
    'this is `baseUrl` and the callback route, or `redirectUri` of `LogtoService.signIn` for your own routes.',
  request: setByModule,
  request_uri: setByModule,
  resource: 'this is the option `resources`.',
  response_mode:
    'the callback reads the query, and browsers send no cookies with a form that Logto posts. Leave it out.',
  response_type: setByModule,
  scope: 'this is the option `scopes`.',
  state: setByModule,
};

/** What to do instead of passing a parameter in `extraParams`. `undefined` when you may pass it. */
export function reservedParameterRemedy(name: string): string | undefined {
  return Object.hasOwn(remedies, name) ? remedies[name] : undefined;
}
