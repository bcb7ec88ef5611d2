import {
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
  type SwaggerDocumentOptions,
} from '@nestjs/swagger';
import { withLogtoSecurity, type LogtoSecurityOptions } from 'nestjs-logto/swagger';
import { startApp, type TestApp, type TestAppParts } from '../../support/app/app.js';
import { resource } from '../../support/logto/issuer.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { 'x-logto'?: unknown };

/** An app that serves its OpenAPI document. */
export interface DocumentedApp extends TestApp {
  readonly document: OpenAPIObject;
  /** An operation, by its method and path: `get /things`. */
  operation(name: string): Operation;
}

/** The parts of the app, and how its document is created. */
export interface DocumentedAppParts extends Partial<TestAppParts> {
  build?: (builder: DocumentBuilder) => DocumentBuilder;
  documentOptions?: SwaggerDocumentOptions;
  securityOptions?: LogtoSecurityOptions;
}

/** Starts an app with sessions and bearer tokens, and gets its document over HTTP. */
export async function startDocumentedApp({
  build = (builder) => builder,
  documentOptions,
  securityOptions,
  configure,
  logto,
  ...parts
}: DocumentedAppParts): Promise<DocumentedApp> {
  const app = await startApp({
    issuer: { endpoint: 'https://tenant.logto.app' },
    ...parts,
    logto: { api: { audience: resource }, ...logto },
    configure: (nest) => {
      configure?.(nest);
      const config = build(new DocumentBuilder().setTitle('Shop').setVersion('1')).build();
      const document = SwaggerModule.createDocument(nest, config, documentOptions);
      SwaggerModule.setup('docs', nest, withLogtoSecurity(nest, document, securityOptions));
    },
  });
  const document = (await app.browser().fetch('/docs-json')).json<OpenAPIObject>();
  return {
    ...app,
    document,
    operation(name) {
      const [method = '', path = ''] = name.split(' ');
      const operations = (document.paths[path] ?? {}) as Record<string, Operation>;
      const operation = operations[method];
      if (!operation) throw new Error(`No ${name} in ${Object.keys(document.paths).join(', ')}`);
      return operation;
    },
  };
}
