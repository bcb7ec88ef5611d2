import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { prepareEnvironment } from './demo/prepare-environment.js';
import { startMcpServer } from './mcp-server.js';

/**
 * Starts an MCP server whose tools require access tokens of Logto. Add its URL to an MCP client, which signs you in when it
 * connects. Listing books needs `read:books`; when the client first adds one, it asks for `write:books`.
 */
async function bootstrap(): Promise<void> {
  await prepareEnvironment();
  const { PORT = '3200', LOGTO_ENDPOINT, LOGTO_RESOURCE } = process.env;
  const app = await NestFactory.create(AppModule, { forceCloseConnections: true });
  // Clients in a browser have to be able to read why a request was refused.
  app.enableCors({ exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'] });
  app.enableShutdownHooks();
  await startMcpServer(app);
  await app.listen(PORT);
  console.log(
    `\n  MCP server  ${LOGTO_RESOURCE}\n  Logto       ${LOGTO_ENDPOINT}\n\n` +
      '  Connect     npx @modelcontextprotocol/inspector, transport "Streamable HTTP", client ID mcp-client\n' +
      '  Sign in     with the emulator, as ada / lovelace, or as bob / babbage, who may not add books\n' +
      '  Stop        Ctrl-C\n',
  );
}

bootstrap().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
