import type { INestApplication } from '@nestjs/common';
import { McpStrategy, StreamableHttpTransport } from '@rekog/mcp-nest';

/** The transport with which `McpController` handles requests. */
export const transport = new StreamableHttpTransport();

/** Starts the MCP server in an app. It is a microservice of Nest, and each call of a tool is a message. */
export async function startMcpServer(app: INestApplication): Promise<void> {
  const strategy = new McpStrategy({ name: 'reading-room', version: '1.0.0', transports: [transport] });
  strategy.setHttpAdapter(app.getHttpAdapter());
  // The config includes the filter of LogtoModule, which tells the client why a call was refused.
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.startAllMicroservices();
}
