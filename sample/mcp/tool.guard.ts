import { Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { MCP_TOOL_METADATA_KEY } from '@rekog/mcp-nest';
import type { Request } from 'express';
import { LogtoApiGuard } from 'nestjs-logto';

type Handler = (...parameters: unknown[]) => unknown;

/**
 * Checks the called tool's requirements before the MCP server runs. Only a guard of the HTTP route can respond with 403 and
 * a challenge that names the missing scope.
 */
@Injectable()
export class ToolGuard extends LogtoApiGuard {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): Promise<boolean> {
    const { body } = context.switchToHttp().getRequest<Request>();
    const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
    const tool = method === 'tools/call' ? this.findTool(params?.name) : undefined;
    return super.canActivate(tool ? contextOf(tool, context) : context);
  }

  private findTool(name: unknown): { type: Type; handler: Handler } | undefined {
    for (const { metatype } of this.discovery.getControllers()) {
      const type = metatype as Type<Record<string, Handler>>;
      for (const method of this.scanner.getAllMethodNames(type.prototype)) {
        const handler = type.prototype[method] as Handler;
        const tool = Reflect.getMetadata(MCP_TOOL_METADATA_KEY, handler) as { name?: string } | undefined;
        if (tool && (tool.name ?? method) === name) return { type, handler };
      }
    }
    return undefined;
  }
}

/** The context of the request, with the tool as its handler. */
function contextOf(
  { type, handler }: { type: Type; handler: Handler },
  context: ExecutionContext,
): ExecutionContext {
  const own = { getClass: () => type, getHandler: () => handler };
  return Object.assign(Object.create(context) as ExecutionContext, own);
}
