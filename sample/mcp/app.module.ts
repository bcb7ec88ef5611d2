import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LogtoModule } from 'nestjs-logto';
import { BooksTools } from './books.tools.js';
import { McpController } from './mcp.controller.js';

@Module({
  imports: [
    DiscoveryModule,
    LogtoModule.forRootAsync({
      authRoutes: false,
      useFactory: () => ({
        endpoint: process.env.LOGTO_ENDPOINT ?? '',
        // The URL of the MCP server is the API identifier at Logto.
        api: { audience: process.env.LOGTO_RESOURCE ?? '', metadata: { resourceName: 'Reading room' } },
      }),
    }),
  ],
  controllers: [McpController, BooksTools],
})
export class AppModule {}
