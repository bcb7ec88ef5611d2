import { CookieJar, type LogtoEmulator } from 'nestjs-logto/emulator';

/** A response in the format of the recording, with the headers that are compared. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** Parameters of a request. A list is sent as one parameter for each value. */
export type Parameters = Record<string, string | string[] | undefined>;

const compared = ['content-type', 'cache-control', 'www-authenticate'];

/** A plain OAuth client that makes the recorded requests, and checks nothing. */
export class Client {
  readonly cookies = new CookieJar();

  constructor(
    readonly emulator: LogtoEmulator,
    readonly id: string,
    readonly redirectUri: string,
    readonly secret?: string,
  ) {}

  authorizationUrl(parameters: Parameters): URL {
    const url = new URL(`${this.emulator.issuer}/auth`);
    const all = {
      client_id: this.id,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      state: 'a-state',
      nonce: 'a-nonce',
      // A public client must use PKCE; this is the challenge of the verifier "a" 43 times.
      ...(this.secret === undefined && {
        code_challenge: 'ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA',
        code_challenge_method: 'S256',
      }),
      ...parameters,
    };
    url.search = new URLSearchParams(pairsOf(all)).toString();
    return url;
  }

  /** Signs in on the pages. @returns the parameters of the callback */
  async callback(
    parameters: Parameters,
    { username = 'ada', cookies = this.cookies } = {},
  ): Promise<Record<string, string>> {
    const url = await this.emulator.signIn(this.authorizationUrl(parameters), { username, cookies });
    return Object.fromEntries(url.searchParams);
  }

  /** Signs in and exchanges the code. */
  async signIn(parameters: Parameters, options = {}): Promise<Answer> {
    const { code = '' } = await this.callback(parameters, options);
    return this.exchange(code);
  }

  exchange(code: string): Promise<Answer> {
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      ...(this.secret === undefined && { code_verifier: 'a'.repeat(43) }),
    });
  }

  refresh(refreshToken: unknown, parameters: Parameters = {}): Promise<Answer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: String(refreshToken), ...parameters });
  }

  clientCredentials(parameters: Parameters): Promise<Answer> {
    return this.token({ grant_type: 'client_credentials', ...parameters });
  }

  exchangeToken(parameters: Parameters): Promise<Answer> {
    return this.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...parameters,
    });
  }

  token(parameters: Parameters): Promise<Answer> {
    return this.post('/oidc/token', parameters);
  }

  async post(path: string, parameters: Parameters, secret = this.secret): Promise<Answer> {
    const body = new URLSearchParams(
      pairsOf({ ...(secret === undefined && { client_id: this.id }), ...parameters }),
    );
    return this.postBody(path, body, {}, secret);
  }

  /** Posts any body, with the same authentication as {@link post}. */
  async postBody(
    path: string,
    body: string | URLSearchParams,
    headers: Record<string, string>,
    secret = this.secret,
  ): Promise<Answer> {
    const basic = `${encodeURIComponent(this.id)}:${encodeURIComponent(secret ?? '')}`;
    return answerOf(
      await fetch(this.emulator.endpoint + path, {
        method: 'POST',
        headers: { ...(secret !== undefined && { authorization: `Basic ${btoa(basic)}` }), ...headers },
        body,
      }),
    );
  }

  async userInfo(accessToken: unknown): Promise<Answer> {
    return answerOf(
      await fetch(`${this.emulator.issuer}/me`, {
        headers: { authorization: `Bearer ${String(accessToken)}` },
      }),
    );
  }
}

/** One pair for each value, as a form sends them. */
function pairsOf(parameters: Parameters): [name: string, value: string][] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one): [string, string] => [name, one]),
  );
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: Object.fromEntries(
      compared.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
