import type { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import {
  ApiExtension,
  ApiTags,
  SwaggerModule,
  type OpenAPIObject,
  type SwaggerDocumentOptions,
} from '@nestjs/swagger';
import { controllersOf } from '../nest/classes-of.js';
import { decoratedMethodsOf, type Method } from '../nest/decorated-methods-of.js';
import { keepMetadata } from './keep-metadata.js';

/** The method that handles an operation, and the controller that it belongs to. */
export interface OperationHandler {
  readonly type: Type;
  readonly method: Method;
}

interface MarkedOperation {
  readonly tags?: readonly string[];
  readonly [marker]?: number;
}

const marker = 'x-nestjs-logto-handler';

/**
 * Finds the handlers of a document's operations. Operation ids and paths do not identify them: `@ApiOperation({ operationId })`
 * and controllers with the same name change the ids, prefixes and versions the paths. So this creates a second document, in
 * which a tag identifies the controller of each operation and an extension its method. It takes both, because several
 * controllers may inherit one method.
 */
export class OperationHandlers {
  private readonly controllers: Type[];
  private readonly methods: Method[];
  private readonly scans: ReturnType<OperationHandlers['scan']>[] = [];

  /** @param options the options that the document was created with */
  constructor(
    private readonly app: INestApplication,
    private readonly document: Pick<OpenAPIObject, 'openapi' | 'info'>,
    private readonly options: SwaggerDocumentOptions,
  ) {
    this.controllers = controllersOf(app.get(DiscoveryService, { strict: false }));
    this.methods = [
      ...new Set(this.controllers.flatMap((type) => decoratedMethodsOf(type).map(([, method]) => method))),
    ];
  }

  /** @returns `undefined` for an operation that no controller of the app handles */
  find(path: string, httpMethod: string): OperationHandler | undefined {
    const { ignoreGlobalPrefix = false } = this.options;
    const known = (this.scans[0] ??= this.scan(ignoreGlobalPrefix)).get(`${httpMethod} ${path}`);
    // The document may have been created with the other way of handling the global prefix.
    return known ?? (this.scans[1] ??= this.scan(!ignoreGlobalPrefix)).get(`${httpMethod} ${path}`);
  }

  private scan(ignoreGlobalPrefix: boolean): Map<string, OperationHandler> {
    const { openapi, info } = this.document;
    const { paths } = keepMetadata([...this.controllers, ...this.methods], () => {
      this.mark();
      return SwaggerModule.createDocument(
        this.app,
        { openapi, info },
        { ...this.options, ignoreGlobalPrefix },
      );
    });
    const handlers = new Map<string, OperationHandler>();
    for (const [path, item] of Object.entries(paths)) {
      for (const [httpMethod, operation] of Object.entries(item)) {
        const handler = this.handlerOf(operation as MarkedOperation);
        if (handler) handlers.set(`${httpMethod} ${path}`, handler);
      }
    }
    return handlers;
  }

  private mark(): void {
    for (const [index, type] of this.controllers.entries()) ApiTags(`${marker} ${index}`)(type);
    for (const [index, method] of this.methods.entries())
      ApiExtension(marker, index)({}, method.name, { value: method });
  }

  private handlerOf({ tags = [], [marker]: index }: MarkedOperation): OperationHandler | undefined {
    // A controller may inherit the tag of its base class. Its own comes later.
    const tag = tags.findLast((one) => one.startsWith(marker));
    const type = this.controllers[Number(tag?.slice(marker.length))];
    const method = index === undefined ? undefined : this.methods[index];
    return type && method && { type, method };
  }
}
