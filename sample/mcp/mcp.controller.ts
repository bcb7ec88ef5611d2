import { Controller, UseGuards } from '@nestjs/common';
import { McpHttpControllerFor } from '@rekog/mcp-nest';
import { RequireScopes } from 'nestjs-logto';
import { transport } from './mcp-server.js';
import { ToolGuard } from './tool.guard.js';

/**
 * The route of the MCP server. A client without a token gets 401, with the URL of the metadata, which names Logto, and with
 * the scope to request first.
 */
@Controller('mcp')
@UseGuards(ToolGuard)
@RequireScopes('read:books')
export class McpController extends McpHttpControllerFor(transport) {}
