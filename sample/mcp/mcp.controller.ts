import { Controller, UseGuards } from '@nestjs/common';
import { McpHttpControllerFor } from '@rekog/mcp-nest';
import { RequireScopes } from 'nestjs-logto';
import { transport } from './mcp-server.js';
import { ToolGuard } from './tool.guard.js';

/**
 * The route of the MCP server. A client without a token gets 401. The challenge has the URL of the protected resource
 * metadata (RFC 9728) and the scope to request.
 */
@Controller('mcp')
@UseGuards(ToolGuard)
@RequireScopes('read:books')
export class McpController extends McpHttpControllerFor(transport) {}
