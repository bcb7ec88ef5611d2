import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { LogtoEmulator } from 'nestjs-logto/emulator';

/** The URL of the client's metadata document, which is its client id. */
export const clientMetadataUrl = 'https://client.example.com/mcp-client.json';

const redirectUrl = 'http://localhost:4000/callback';

/** The metadata document at {@link clientMetadataUrl}. */
export const clientDocument: OAuthClientMetadata & { client_id: string } = {
  client_id: clientMetadataUrl,
  client_name: 'An assistant',
  redirect_uris: [redirectUrl],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
};

/** An assistant with the client of the MCP SDK. It only knows the URL of the MCP server. */
export class McpClient implements OAuthClientProvider {
  readonly clientMetadataUrl = clientMetadataUrl;
  readonly redirectUrl = redirectUrl;
  readonly clientMetadata = clientDocument;
  /** The scopes that each sign-in requested. */
  readonly requestedScopes: (string | null)[] = [];

  private readonly client = new Client({ name: 'assistant', version: '1.0.0' });
  private information: OAuthClientInformationMixed | undefined;
  private saved: OAuthTokens | undefined;
  private verifier = '';
  private authorizationUrl: URL | undefined;
  private transport: StreamableHTTPClientTransport;

  constructor(
    private readonly url: string,
    private readonly emulator: LogtoEmulator,
    private readonly username: string,
  ) {
    this.transport = this.newTransport();
  }

  /** Connects, with a sign-in if the server requires one. */
  async connect(): Promise<void> {
    await this.withSignIn(async () => {
      this.transport = this.newTransport();
      await this.client.connect(this.transport);
    });
  }

  /** Calls a tool, with a sign-in if its scopes are missing. @returns the text of the result */
  async call(name: string, parameters: Record<string, unknown> = {}): Promise<string> {
    const { content } = await this.withSignIn(
      () => this.client.callTool({ name, arguments: parameters }) as Promise<CallToolResult>,
    );
    return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.information;
  }

  saveClientInformation(information: OAuthClientInformationMixed): void {
    this.information = information;
  }

  tokens(): OAuthTokens | undefined {
    return this.saved;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.saved = tokens;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
    this.requestedScopes.push(url.searchParams.get('scope'));
  }

  private async withSignIn<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !this.authorizationUrl) throw error;
      const callback = await this.emulator.signIn(this.authorizationUrl, { username: this.username });
      await this.transport.finishAuth(callback.searchParams.get('code') ?? '');
      return action();
    }
  }

  private newTransport(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(new URL(this.url), { authProvider: this });
  }
}
